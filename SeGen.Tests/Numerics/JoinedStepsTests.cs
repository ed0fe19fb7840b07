using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Programs;
using SeGen.Tests.Planning;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>A dense convolution that runs together with the depthwise one behind it, some channels at a time.</summary>
[Trait("Category", "Numeric")]
public class JoinedStepsTests
{
    /// <summary>
    /// Six blocks, so few that they are computed one at a time, and the filter's sums for a gate; an odd number of blocks, the input read once more
    /// for the sum; eight of which the last is not full; twelve, two at a time, of a 3 x 3 convolution before the filter.
    /// </summary>
    private static readonly (string Attributes, int Channels, int Height, int Width, int Joined, int Narrow)[] Networks =
    [
        ("[SENetwork(16, Height = 24, Width = 18, InferenceOnly = true)] [InvertedResidual(24, Expand = 96, Stride = 2), GlobalAveragePool, Linear(7)]", 16, 24, 18, 1, 1),
        ("[SENetwork(16, Height = 9, Width = 11, InferenceOnly = true)] [InvertedResidual(16, Expand = 200, Kernel = 5), InvertedResidual(16, Expand = 208)]", 16, 9, 11, 2, 0),
        ("[SENetwork(20, Height = 14, Width = 14, InferenceOnly = true)] [InvertedResidual(20, Expand = 120), Conv(10, Kernel = 1)]", 20, 14, 14, 1, 1),
        ("[SENetwork(8, Height = 23, Width = 24, InferenceOnly = true)] [Conv(192, Stride = 2), ReLU, Conv(192, Groups = 192), SiLU, Conv(8, Kernel = 1)]", 8, 23, 24, 1, 0),
    ];

    [Fact]
    public void An_expanding_convolution_is_joined_with_its_filter()
    {
        foreach ((string attributes, _, _, _, int joined, int narrow) in Networks)
        {
            PlannedStep[] steps = [.. PlanHarness.Plan(attributes).Steps.Where(s => s.IsJoined)];
            Assert.Equal((joined, narrow), (steps.Length, steps.Count(s => s.Kernel is ConvKernel { IsNarrow: true })));
        }
    }

    [Fact]
    public void Few_blocks_are_computed_one_at_a_time()
    {
        string summary = (string)ModuleCompiler.CreateDeclared(Networks.Select(n => n.Attributes))[0].GetType().GetProperty("Summary")!.GetValue(null)!;
        Assert.Contains("_Narrow", summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_are_the_oracles_with_any_number_of_threads()
    {
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared(Networks.Select(n => n.Attributes));
        for (int i = 0; i < modules.Count; i++)
        {
            (string attributes, int channels, int height, int width, _, _) = Networks[i];
            OutputCheck.AgainstOracle(modules[i], attributes, channels, height, width, i);
        }
    }
}
