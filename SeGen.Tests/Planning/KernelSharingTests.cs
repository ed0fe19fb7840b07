using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Programs;
using SeGen.Tests.Generator;

namespace SeGen.Tests.Planning;

/// <summary>Identical kernels are written once, however many layers and classes use them.</summary>
public class KernelSharingTests
{
    private const string Block = "[SEResidual(16, Reduction = 4, Height = 8, Width = 8)]";

    [Fact]
    public void Layers_of_one_shape_share_a_kernel()
    {
        NetworkPlan plan = PlanHarness.Plan("[SENetwork(16, Height = 8, Width = 8, InferenceOnly = true)] [Conv(16), ReLU, Conv(16), ReLU, Conv(16), ReLU]");
        Assert.Equal(3, plan.Steps.Count(s => s.Step is ConvStep));

        // The last one writes no border, since no convolution reads it.
        Assert.Equal(
            ["Winograd2_16x8x8b1_16x8x8_ReLU", "Winograd2_16x8x8b1_16x8x8b1_ReLU"],
            plan.Kernels.OfType<ConvolutionKernel>().Select(k => k.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Classes_of_one_shape_share_all_kernels()
    {
        string[] one = Kernels($"{Block} partial class A;"), two = Kernels($"{Block} partial class A; {Block} partial class B;");
        Assert.NotEmpty(one);
        Assert.Equal(one, two);
    }

    [Fact]
    public void A_kernel_that_differs_in_anything_is_another()
    {
        string[] variants =
        [
            "Conv(16)", "Conv(16, Stride = 2)", "Conv(16, Kernel = 5)", "Conv(32)", "Conv(16, Groups = 16)", "Conv(16, Groups = 4)", "Conv(16), ReLU",
            "Conv(16), SiLU", "Conv(16, Dilation = 2, Padding = 2)", "Conv(16, Padding = 0)",
        ];
        string[] names = [.. variants.Select(v => PlanHarness.Plan($"[SENetwork(16, Height = 8, Width = 8)] [{v}]").Steps.Single(s => s.Step is ConvStep).Kernel!.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    private static string[] Kernels(string source)
        => [.. GeneratorHarness.Run(source).HintNames.Where(n => n.StartsWith("SeGen.Kernels.", StringComparison.Ordinal))];
}
