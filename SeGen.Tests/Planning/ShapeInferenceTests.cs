using SeGen.Generator.Ir;
using SeGen.Generator.Programs;

namespace SeGen.Tests.Planning;

/// <summary>Shapes that follow from layers.</summary>
public class ShapeInferenceTests
{
    [Fact]
    public void A_window_has_as_many_outputs_as_it_has_places()
    {
        for (int kernel = 1; kernel <= 5; kernel++)
        {
            for (int stride = 1; stride <= 4; stride++)
            {
                for (int padding = 0; padding <= kernel / 2; padding++)
                {
                    for (int dilation = 1; dilation <= 2; dilation++)
                    {
                        foreach (bool ceil in new[] { false, true })
                        {
                            var window = new Window(kernel, stride, padding, dilation, ceil);
                            for (int input = 1; input <= 20; input++)
                                Assert.True(Places(window, input) == window.Output(input), $"{window} on {input}: {window.Output(input)}, but {Places(window, input)} places");
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Channels_and_sizes_follow_the_layers()
    {
        NetworkPlan plan = PlanHarness.Plan("""
            [SENetwork(3, Height = 33, Width = 65)]
            [Conv(24, Kernel = 7, Stride = 2), BatchNorm, ReLU]
            [MaxPool(3, Stride = 2, Padding = 1)]
            [InvertedResidual(40, Expand = 72, Kernel = 5, Stride = 2)]
            [SEResidual(64, Body = ResidualBody.Bottleneck, Stride = 2)]
            [AveragePool(2, CeilMode = true)]
            [GlobalAveragePool, Linear(10)]
            """);
        Assert.Equal(
            ["3x33x65", "24x17x33", "24x9x17", "72x9x17", "72x5x9", "72", "40x5x9", "16x5x9", "16x3x5", "64x3x5", "64", "64x3x5", "64x3x5", "64x2x3", "64", "10", "10"],
            plan.Rows.Select(r => r.Output));
    }

    [Fact]
    public void Equal_sizes_are_one()
    {
        Graph fixedSize = PlanHarness.Spec("[SENetwork(16, Height = 8, Width = 8)] [Conv(16, Stride = 2), ReLU] [SEResidual(32)] [Conv(16, Kernel = 5)]").Graph;
        Graph anySize = PlanHarness.Spec("[SENetwork(16)] [Conv(16, Stride = 2), ReLU] [SEResidual(32)] [Conv(16, Kernel = 5)]").Graph;
        Assert.Equal(2, fixedSize.Sizes.Count);
        Assert.Equal(2, anySize.Sizes.Count);
        Assert.Equal((4, 4), (fixedSize.Sizes[1].Height, fixedSize.Sizes[1].Width));
        Assert.All(anySize.Sizes, s => Assert.False(s.IsFixed));
    }

    /// <summary>Counts the places of a window one by one: a last one that only reaches over the end counts with ceil mode, unless it starts past the input and its left padding.</summary>
    private static int Places(Window window, int input)
    {
        int count = 0, extent = window.Dilation * (window.Kernel - 1) + 1, end = input + 2 * window.Padding;
        if (end < extent)
            return 0;

        for (int start = 0; ; start += window.Stride)
        {
            if (start + extent <= end)
                count++;
            else
                return window.CeilMode && start - window.Stride + extent < end && start < input + window.Padding ? count + 1 : count;
        }
    }
}
