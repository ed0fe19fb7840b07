using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Planning;

namespace SeGen.Tests.Planning;

/// <summary>Which operations become one pass over their data, and which must not.</summary>
public class FusionTests
{
    [Theory]
    [InlineData("Conv(16)", "conv")]
    [InlineData("Conv(16, Bias = true), ReLU", "conv+ReLU")]
    [InlineData("Conv(16), BatchNorm, HardSwish", "conv+bn+HardSwish")]
    [InlineData("Conv(16), ReLU, BatchNorm", "conv+ReLU bn")]
    [InlineData("Conv(16), BatchNorm, BatchNorm, ReLU", "conv+bn bn+ReLU")]
    [InlineData("BatchNorm, ReLU, Conv(16)", "bn+ReLU conv")]
    [InlineData("ReLU, ReLU", "ReLU ReLU")]
    [InlineData("Conv(16), Dropout(0.5), Conv(16)", "conv conv")]
    [InlineData("MaxPool(2), ReLU, AveragePool(2)", "max ReLU average")]
    [InlineData("Conv(16), ReLU, GlobalAveragePool, Linear(8), ReLU, Linear(4)", "conv+ReLU mean linear+ReLU linear")]
    public void Layers_become_steps(string layers, string steps)
        => Assert.Equal(steps.Split(' '), PlanHarness.Words($"[SENetwork(16, Height = 8, Width = 8)] [{layers}]"));

    [Theory]
    [InlineData("", "conv+bn+ReLU|conv+bn+sums|gate from sums|scale+add+ReLU")]
    [InlineData("Placement = SEPlacement.None", "conv+bn+ReLU|conv+bn+add+ReLU")]
    [InlineData("Squeeze = Squeeze.Max", "conv+bn+ReLU|conv+bn|gate from pixels|scale+add+ReLU")]
    [InlineData("Squeeze = Squeeze.MeanMaxAverage", "conv+bn+ReLU|conv+bn|gate from pixels|scale+add+ReLU")]
    [InlineData("Shortcut = Shortcut.None", "conv+bn+ReLU|conv+bn+sums|gate from sums|scale+ReLU")]
    [InlineData("Placement = SEPlacement.Post", "conv+bn+ReLU|conv+bn+add+ReLU+sums|gate from sums|scale")]
    [InlineData("Placement = SEPlacement.Pre", "gate from pixels|scale|conv+bn+ReLU|conv+bn+add+ReLU")]
    public void Blocks_become_steps(string settings, string steps)
        => Assert.Equal(steps.Split('|'), PlanHarness.Words($"[SEResidual(16, Reduction = 4, Height = 8, Width = 8{(settings.Length > 0 ? ", " : "")}{settings})]"));

    [Fact]
    public void A_value_that_two_read_is_not_fused_away()
    {
        // The first block's output is the second one's shortcut and its convolution's input.
        IReadOnlyList<Step> steps = PlanHarness.Fuse("[SEResidual(16, Blocks = 2, Placement = SEPlacement.None, Height = 8, Width = 8)]");
        ConvStep[] convs = [.. steps.OfType<ConvStep>()];
        Assert.Equal(4, convs.Length);
        Assert.Equal(convs[1].Output, convs[2].X);
        Assert.Equal(convs[1].Output, convs[3].Residual);
        Assert.Equal(0, convs[1].Residual);
    }

    [Fact]
    public void A_dropout_passes_its_input_on()
    {
        ConvStep[] convs = [.. PlanHarness.Fuse("[SENetwork(16, Height = 8, Width = 8)] [Conv(16), Dropout(0.5), Dropout(0.5), Conv(16)]").OfType<ConvStep>()];
        Assert.Equal(convs[0].Output, convs[1].X);
    }

    [Fact]
    public void Every_value_is_written_before_it_is_read()
    {
        foreach (string model in new[] { "SEResNet18.cs", "SEResNets.cs", "MobileNetV3.cs", "EfficientNetB0.cs", "RegNetY400MF.cs" })
        {
            string text = File.ReadAllText(Path.Combine(Support.Repository.Root, "SeGen.Sample", "Models", model)).Split("\n\n")[1];
            string attributes = string.Join('\n', text.Split('\n').Where(l => l.StartsWith('[')));
            var written = new HashSet<int>();
            foreach (Step step in PlanHarness.Fuse(attributes))
            {
                Assert.Subset(written, step.Reads.ToHashSet());
                Assert.True(step.Output < 0 || written.Add(step.Output), $"{step} writes what another step has written");
            }
        }
    }
}
