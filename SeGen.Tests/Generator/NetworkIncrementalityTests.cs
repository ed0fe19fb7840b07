using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator.Programs;

namespace SeGen.Tests.Generator;

/// <summary>What runs again after an edit of blocks and networks, their shared kernels included.</summary>
public class NetworkIncrementalityTests
{
    private const string First = "[SENetwork(3, Height = 8, Width = 8)] [Conv(16), ReLU, Layer<Gate>] partial class First;";
    private const string Second = "[SEResidual(16, Hidden = 2, Height = 8, Width = 8)] partial class Second;";
    private const string Gate = "[SEBlock(16, Hidden = 2)] partial class Gate;";

    [Theory]
    [InlineData(0, $"/* a comment */ {First}")]
    [InlineData(1, "[SEResidual(16, /* a comment */ Hidden\n = 2, Height = 8, Width = 8)]\npartial class Second { void Unrelated() { } }")]
    [InlineData(2, $"{Gate} class Unrelated;")]
    public void An_unrelated_edit_runs_nothing_again(int file, string text)
        => Assert.All(After(file, text).Values, reason => Assert.True(IsKept(reason), reason.ToString()));

    [Fact]
    public void A_changed_block_runs_its_own_module_again_and_writes_only_kernels_that_are_new()
    {
        Dictionary<string, IncrementalStepRunReason> reasons = After(1, "[SEResidual(16, Hidden = 2, Height = 8, Width = 9)] partial class Second;");

        Assert.Equal(IncrementalStepRunReason.Modified, reasons["Second"]);
        Assert.True(IsKept(reasons["First"]));
        Assert.True(IsKept(reasons["Conv3x3_Planar3x8x8b1_16x8x8_ReLU_Sums"]));
        Assert.False(IsKept(reasons["Winograd2_16x8x9b1_16x8x9b1_ReLU"]));
    }

    [Fact]
    public void A_changed_module_runs_again_those_that_have_it_as_a_layer_and_no_others()
    {
        Dictionary<string, IncrementalStepRunReason> reasons = After(2, "[SEBlock(16, Hidden = 3)] partial class Gate;");

        Assert.Equal(IncrementalStepRunReason.Modified, reasons["First"]);
        Assert.True(IsKept(reasons["Second"]));
    }

    [Fact]
    public void Kernels_of_the_same_shape_are_one_file()
    {
        string[] hints = [.. GeneratorHarness.Run(Second, Second.Replace("Second", "Third", StringComparison.Ordinal)).HintNames];

        Assert.Contains("Second.g.cs", hints);
        Assert.Contains("Third.g.cs", hints);
        Assert.Single(hints, h => h == "SeGen.Kernels.Winograd2_16x8x8b1_16x8x8b1_ReLU.g.cs");
        Assert.Equal(hints.Distinct(), hints);
    }

    private static bool IsKept(IncrementalStepRunReason reason) => reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged;

    /// <summary>Why the file of each network and each kernel is what it is, after one file got another text.</summary>
    private static Dictionary<string, IncrementalStepRunReason> After(int edited, string text)
    {
        CSharpCompilation before = GeneratorHarness.Compile([First, Second, Gate]);
        GeneratorDriver driver = GeneratorHarness.NewDriver().RunGenerators(before);
        SyntaxTree tree = before.SyntaxTrees[edited];
        GeneratorRunResult after = driver
            .RunGenerators(before.ReplaceSyntaxTree(tree, GeneratorHarness.Parse(text, tree.FilePath)))
            .GetRunResult().Results.Single();

        var reasons = new Dictionary<string, IncrementalStepRunReason>();
        foreach (IncrementalGeneratorRunStep step in after.TrackedOutputSteps.Values.SelectMany(s => s))
        {
            (IncrementalGeneratorRunStep source, int index) = Assert.Single(step.Inputs);
            string? name = source.Outputs[index].Value switch
            {
                ValueTuple<NetworkPlan, string> network => network.Item1.Spec.Type.Name,
                ValueTuple<KernelSpec, string> kernel => kernel.Item1.Name,
                _ => null,
            };
            if (name is not null)
                reasons[name] = Assert.Single(step.Outputs).Reason;
        }

        Assert.Contains("First", reasons.Keys);
        Assert.Contains("Second", reasons.Keys);
        return reasons;
    }
}
