using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Conv.Winograd;

namespace SeGen.Tests.Planning;

/// <summary>How convolutions are computed follows from their shape and from the precision that is asked for.</summary>
public class ConvolutionChoiceTests
{
    [Theory]
    [InlineData("SENetwork(64, Height = 56, Width = 56)", "Conv(64)", 4)]
    [InlineData("SENetwork(128, Height = 28, Width = 28)", "Conv(128)", 4)]
    [InlineData("SENetwork(256, Height = 14, Width = 14)", "Conv(256)", 4)]
    [InlineData("SENetwork(512, Height = 7, Width = 7)", "Conv(512)", 2)] // the weights of F(4x4) are four times the direct form's
    [InlineData("SENetwork(64, Height = 8, Width = 8)", "Conv(64)", 2)]
    [InlineData("SENetwork(16, Height = 8, Width = 8)", "Conv(16, Groups = 16)", 0)]
    [InlineData("SENetwork(64, Height = 56, Width = 56)", "Conv(64, Stride = 2)", 0)]
    [InlineData("SENetwork(64, Height = 56, Width = 56)", "Conv(64, Kernel = 1)", 0)]
    [InlineData("SENetwork(64, Height = 56, Width = 56)", "Conv(64, Kernel = 5)", 0)]
    [InlineData("SENetwork(64, Height = 56, Width = 56)", "Conv(64, Dilation = 2)", 0)]
    [InlineData("SENetwork(3, Height = 56, Width = 56)", "Conv(64)", 0)]
    [InlineData("SENetwork(64)", "Conv(64)", 0)]
    public void The_fastest_form_is_chosen(string network, string conv, int outputs)
        => Assert.Equal(outputs, TileOf(Kernel($"[{network}] [{conv}]")));

    [Fact]
    public void Strict_leaves_out_what_rounds_more()
    {
        Assert.Equal(2, TileOf(Kernel("[SENetwork(64, Height = 56, Width = 56, Precision = Precision.Strict)] [Conv(64)]")));
        Assert.Equal(2, TileOf(Kernel("[SENetwork(256, Height = 14, Width = 14, Precision = Precision.Strict)] [Conv(256)]")));
    }

    [Fact]
    public void Training_goes_by_the_same_precision()
    {
        string[] kernels = [.. PlanHarness.Plan("[SENetwork(64, Height = 56, Width = 56, Precision = Precision.Strict)] [Conv(64), BatchNorm, ReLU, Conv(64)]").Kernels.Select(k => k.Name)];
        Assert.Contains(kernels, k => k.StartsWith("Winograd2", StringComparison.Ordinal));
        Assert.DoesNotContain(kernels, k => k.StartsWith("Winograd4", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SENetwork(64, Height = 56, Width = 56)", 64, false)] // small weights, many tiles: each cut takes a few of them all the way
    [InlineData("SENetwork(256, Height = 14, Width = 14)", 256, true)] // large weights, few tiles: read once
    public void Large_weights_are_read_once(string network, int channels, bool isPhased)
    {
        var kernel = (WinogradKernel)Kernel($"[{network}] [Conv({channels})]");
        Assert.Equal(isPhased, kernel.IsPhased);
        Assert.True(isPhased ? kernel.Bands == 1 : kernel.Bands >= 2);
        Assert.True(kernel.Tiles * kernel.Bands >= kernel.AllTiles && kernel.Tiles * (kernel.Bands - 1) < kernel.AllTiles);
    }

    private static ConvolutionKernel Kernel(string attributes)
        => (ConvolutionKernel)PlanHarness.Plan(attributes).Steps.Single(s => s.Step is ConvStep).Kernel!;

    private static int TileOf(ConvolutionKernel kernel) => kernel is WinogradKernel winograd ? winograd.Form.Outputs : 0;
}
