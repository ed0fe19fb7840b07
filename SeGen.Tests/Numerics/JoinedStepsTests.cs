using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>A dense convolution that runs together with the depthwise one behind it, some channels at a time.</summary>
[Trait("Category", "Numeric")]
public class JoinedStepsTests
{
    /// <summary>Few blocks, one at a time; many, two at a time; an odd number; the input read once more for the sum; sums of the filter for a gate.</summary>
    private static readonly (string Attributes, int Channels, int Height, int Width)[] Networks =
    [
        ("[SENetwork(16, Height = 24, Width = 18, InferenceOnly = true)] [InvertedResidual(24, Expand = 96, Stride = 2), GlobalAveragePool, Linear(7)]", 16, 24, 18),
        ("[SENetwork(16, Height = 9, Width = 11, InferenceOnly = true)] [InvertedResidual(16, Expand = 200, Kernel = 5), InvertedResidual(16, Expand = 208)]", 16, 9, 11),
        ("[SENetwork(20, Height = 14, Width = 14, InferenceOnly = true)] [InvertedResidual(20, Expand = 120), Conv(10, Kernel = 1)]", 20, 14, 14),
        ("[SENetwork(8, Height = 12, Width = 12, InferenceOnly = true)] [Conv(112), ReLU, Conv(112, Groups = 112), SiLU, Conv(8, Kernel = 1)]", 8, 12, 12),
    ];

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
            (string attributes, int channels, int height, int width) = Networks[i];
            OutputCheck.AgainstOracle(modules[i], attributes, channels, height, width, i);
        }
    }
}
