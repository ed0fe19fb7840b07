using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator.Writing;

namespace SeGen.Tests.Generator;

/// <summary>Names that would change what generated code means, or that no file can have.</summary>
public class OddNameTests
{
    [Theory]
    [InlineData("@var", "class @var;")]
    [InlineData("@nint", "struct @nint;")]
    [InlineData("@nuint", "namespace SeGen { class @nuint; }")]
    [InlineData("System.Vector512", "namespace System { class Vector512; }")]
    [InlineData("System.Runtime.Intrinsics.Span<T>", "namespace System.Runtime.Intrinsics { public ref struct Span<T>; }")]
    [InlineData("SeGen.Generated.Vector512", "namespace SeGen.Generated { class Vector512; }")]
    [InlineData("SeGen.CompilerServices.MapSize", "namespace SeGen.CompilerServices { struct MapSize; }")]
    [InlineData("SeGen.Generated.Kernels_UserCode.Span", "namespace SeGen.Generated.Kernels_UserCode { struct Span; }")]
    public void A_type_that_generated_code_would_mean_by_mistake_is_an_error(string type, string source)
    {
        foreach (string attribute in new[] { "SEBlock(16)", "SENetwork(3), Conv(4)" })
        {
            MarkedSource marked = MarkedSource.Parse($"[{attribute}] partial class [|Gate|];");
            GeneratorResult result = GeneratorHarness.Run(marked.Text, source);
            Diagnostic reported = Assert.Single(result.Reported);
            Assert.Equal(("SEGEN035", $"Rename or move the type '{type}': the code that SeGen writes for 'Gate' would mean it by mistake"), (reported.Id, reported.GetMessage()));
            Assert.Empty(result.Sources);
        }
    }

    [Theory]
    [InlineData("namespace My { class @var; struct @nint; } [SEBlock(16)] partial class Gate;")]
    [InlineData("namespace SeGen.Mine { class Vector512; class Span; } [SEBlock(16)] partial class Gate;")]
    [InlineData("namespace SeGen { class Vector512; class Unsafe; class MemoryMarshal; } namespace Mine { [SEBlock(16)] partial class Gate; }")]
    [InlineData("class Vector512; class Unsafe; class Span<T>; class MathF; class Parameter; [SEBlock(16, Height = 3, Width = 3)] partial class Gate;")]
    [InlineData("class Vector512; class Unsafe; class Span<T>; class MathF; class Parameter; [SENetwork(3, Height = 8, Width = 8), Conv(16), SEResidual(16)] partial class Net;")]
    [InlineData("namespace System { class Vector513; } namespace System.Runtime.CompilerServices { class Polyfill; } [SEBlock(16)] partial class Gate;")]
    [InlineData("class @record; class @file; class @dynamic; class @field; class @scoped; [SENetwork(3, Height = 8, Width = 8), Conv(16)] partial class Net;")]
    public void Types_of_the_users_with_names_of_the_platforms_do_not_matter(string source) => DiagnosticAssert.Nothing(source);

    [Theory]
    [InlineData("\\ud83d")]
    [InlineData("a\\udc00b")]
    [InlineData("\\udc00\\ud83d")]
    public void Half_of_a_surrogate_pair_is_no_name(string name)
    {
        GeneratorResult result = GeneratorHarness.Run($"[SENetwork(3), Conv(4, Name = \"{name}\")] partial class Net;");
        Diagnostic reported = Assert.Single(result.Reported);
        Assert.Equal("SEGEN010", reported.Id);
        Assert.Contains("half of a surrogate pair", reported.GetMessage(), StringComparison.Ordinal);
        DiagnosticAssert.Nothing("[SENetwork(3), Conv(4, Name = \"\\ud83d\\ude00\")] partial class Net;");
    }

    [Fact]
    public void Assemblies_whose_names_differ_in_a_sign_alone_have_kernels_of_their_own()
    {
        string[] spaces = [.. new[] { "My.App", "My_App", "My-App", "My App", "MyApp" }.Select(KernelFile.Namespace)];
        Assert.Equal(spaces.Length, spaces.Distinct().Count());
        Assert.All(spaces, s => Assert.Matches("^SeGen\\.Generated\\.Kernels_[A-Za-z0-9_]+$", s));

        // One sees the other's internals: with one namespace each kernel would be there twice.
        const string Net = "[SENetwork(3, Height = 8, Width = 8, InferenceOnly = true), Conv(16)] internal partial class {0};";
        using var library = new MemoryStream();
        CSharpCompilation first = GeneratorHarness.Compile([$"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"My_App\")] {Net.Replace("{0}", "A", StringComparison.Ordinal)}"]).WithAssemblyName("My.App");
        Assert.True(GeneratorHarness.Run(first).Output.Emit(library).Success);
        CSharpCompilation second = GeneratorHarness.Compile([Net.Replace("{0}", "B", StringComparison.Ordinal)]).WithAssemblyName("My_App").AddReferences(MetadataReference.CreateFromImage(library.ToArray()));
        Assert.Empty(GeneratorHarness.Run(second).CompilerComplaints);
    }

    [Fact]
    public void A_name_that_no_file_could_have_is_cut_and_stays_the_only_one()
    {
        string one = new string('N', 300) + "1", two = new string('N', 300) + "2", wide = new string('\u00e4', 150);
        GeneratorResult result = DiagnosticAssert.Nothing(
            $"[SEBlock(16)] public partial class {one}; [SEBlock(16)] public partial class {two}; [SENetwork(3, Height = 4, Width = 4, Emit = Emit.Cuda), Conv(4)] public partial class {wide};");
        Assert.All(result.HintNames, h => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(h), 1, 255));
        Assert.Equal(result.Sources.Length, result.HintNames.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        using var image = new MemoryStream();
        Assert.True(result.Output.Emit(image).Success);
    }
}
