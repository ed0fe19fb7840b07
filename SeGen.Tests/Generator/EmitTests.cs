using System.Text;

namespace SeGen.Tests.Generator;

/// <summary>Kernels for GPUs are written where they are asked for, and only there.</summary>
public class EmitTests
{
    private const string Entry = ".visible .entry";

    [Fact]
    public void A_module_for_the_cpu_contains_no_ptx()
    {
        GeneratorResult cpu = DiagnosticAssert.Nothing("[SEBlock(16, Hidden = 4, Height = 8, Width = 8)] public partial class Gate;");
        Assert.Single(cpu.Sources);
        Assert.False(Contains(cpu));
        Assert.True(Contains(DiagnosticAssert.Nothing("[SEBlock(16, Hidden = 4, Height = 8, Width = 8, Emit = Emit.Cuda)] public partial class Gate;")));
    }

    [Fact]
    public void The_file_for_the_cpu_is_the_same_with_kernels_beside_it()
    {
        GeneratorResult cpu = GeneratorHarness.Run("[SEBlock(16, Hidden = 4)] partial class Gate;"), both = GeneratorHarness.Run("[SEBlock(16, Hidden = 4, Emit = Emit.Cuda)] partial class Gate;");
        Assert.Equal(["Gate.g.cs", "Gate+Cuda.g.cs"], both.Sources.Select(s => s.HintName));
        Assert.Equal(cpu.Sources[0].SourceText.ToString(), both.Sources[0].SourceText.ToString().Replace(", Emit = Emit.Cuda", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[SEResidual(64, [|Emit = Emit.Cuda|])] partial class Net;")]
    [InlineData("[SEResidual(64), SEBlock([|Emit = Emit.Cuda|])] partial class Net;")]
    [InlineData("[InvertedResidual(16, Expand = 32, [|Emit = Emit.Cuda|])] partial class Net;")]
    [InlineData("[SENetwork(16, [|Emit = Emit.Cuda|])] [Conv(16)] partial class Net;")]
    public void Networks_without_a_size_are_refused(string source) => DiagnosticAssert.Error(
        "SEGEN033",
        "'Net' has no Height and Width, and Emit.Cuda lays a network's memory out for one size of input; write both, or remove Emit",
        source);

    [Fact]
    public void A_network_for_the_cpu_contains_no_ptx_and_one_for_gpus_does()
    {
        Assert.False(Contains(DiagnosticAssert.Nothing("[SENetwork(3, Height = 8, Width = 8)] [Conv(4), Linear(2)] public partial class Net;")));
        GeneratorResult both = DiagnosticAssert.Nothing("[SENetwork(3, Height = 8, Width = 8, Emit = Emit.Cuda)] [Conv(4), Linear(2)] public partial class Net;");
        Assert.True(Contains(both));
        Assert.Contains(both.Sources, s => s.HintName == "Net+Cuda.g.cs");
    }

    [Fact]
    public void A_layer_has_none_of_its_own() => DiagnosticAssert.Error(
        "SEGEN028",
        "Emit belongs to [SENetwork], which it describes as a whole; remove it from the layer",
        "[SENetwork(16)] [SEBlock([|Emit = Emit.Cuda|])] partial class Net;");

    [Fact]
    public void Classes_in_namespaces_and_in_other_classes_with_names_that_are_keywords_compile()
        => DiagnosticAssert.Nothing("namespace A.B; partial class Outer { partial struct Inner { [SEBlock(16, Emit = Emit.Cuda)] public partial class @class; } }");

    [Fact]
    public void A_class_within_that_is_named_Cuda_has_a_file_of_its_own()
        => DiagnosticAssert.Nothing("[SEBlock(16, Emit = Emit.Cuda)] partial class Gate { [SEBlock(16)] public partial class Cuda; }");

    private static bool Contains(GeneratorResult result)
    {
        using var assembly = new MemoryStream();
        Assert.True(result.Output.Emit(assembly).Success);
        byte[] bytes = assembly.ToArray();
        return bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Entry)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Entry)) >= 0;
    }
}
