using Microsoft.CodeAnalysis;

namespace SeGen.Tests.Generator;

/// <summary>What does not fit together in a network: channels, sizes, groups, shortcuts.</summary>
public class ShapeDiagnosticsTests
{
    [Theory]
    [InlineData("SEBlock needs 32 channels, but ReLU gives 16 x H x W", "3), Conv(16), ReLU, SEBlock([|32|])")]
    [InlineData("SEBlock \"se\" needs 32 channels, but the input gives 3 x H x W", "3), SEBlock([|Channels = 32|], Name = \"se\")")]
    [InlineData(
        "SEResidual needs 8 channels, but MaxPool gives 3 x 4 x 3",
        "3, Height = 8, Width = 6), MaxPool(2), SEResidual(16, [|InChannels = 8|])")]
    [InlineData(
        "InvertedResidual needs 8 channels, but Conv \"stem\" gives 16 x (H + 1) / 2 x (W + 1) / 2",
        "3), Conv(16, Stride = 2, Name = \"stem\"), InvertedResidual(16, Expand = 16, [|InChannels = 8|])")]
    [InlineData("SEBlock needs 4 channels, but Linear gives 10 x 1 x 1", "3), GlobalAveragePool, Linear(10), SEBlock([|4|])")]
    public void A_layer_fits_the_one_before(string message, string rest)
        => DiagnosticAssert.Error("SEGEN021", $"{message}; change one of them", $"[SENetwork({rest}] partial class Net;");

    [Theory]
    [InlineData("Inner needs 32 x H x W, but Conv gives 16 x H x W", "[SEBlock(32)]", "3), Conv(16)")]
    [InlineData("Inner needs 32 x H x W, but the input gives 16 x 4 x 4", "[SENetwork(32), ReLU]", "16, Height = 4, Width = 4)")]
    [InlineData("Inner needs 8 x H x W, but the input gives 16 x H x W", "[SEResidual(16, InChannels = 8)]", "16)")]
    [InlineData("Inner needs 16 x 8 x 8, but the input gives 16 x 8 x 9", "[SEBlock(16, Height = 8, Width = 8)]", "16, Height = 8, Width = 9)")]
    [InlineData("Inner needs 16 x 8 x 8, but the input gives 16 x H x W", "[InvertedResidual(16, Expand = 16, Height = 8, Width = 8)]", "16)")]
    public void So_does_a_module_of_the_users_own(string message, string inner, string rest)
    {
        GeneratorResult result = DiagnosticAssert.Check(
            "SEGEN021",
            DiagnosticSeverity.Error,
            $"{message}; change one of them",
            $"{inner} partial class Inner; [SENetwork({rest}, [|Layer<Inner>|]] partial class Net;");
        // Its members stand there, and throw.
        Assert.Contains("is wrong (SEGEN021)", result.Sources.Single(s => s.HintName == "Net.g.cs").SourceText.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_that_fits_no_array_is_an_error_unless_there_is_no_training()
    {
        DiagnosticAssert.Error(
            "SEGEN014",
            "The gradient of this layer's output, which InferenceOnly = true would leave out, would have 2,532,442,112 values; a tensor can have at most 2,147,483,000",
            "[SENetwork(16, Height = 600, Width = 600), [|Conv(2048, Kernel = 3, Dilation = 256, Padding = 0)|]] partial class Net;");
        DiagnosticAssert.Nothing("[SENetwork(16, Height = 600, Width = 600, InferenceOnly = true), Conv(2048, Kernel = 3, Dilation = 256, Padding = 0)] partial class Net;");
    }

    [Fact]
    public void Modules_within_modules_that_fit_are_fine() => DiagnosticAssert.Nothing(
        """
        [SEBlock(16, Height = 4, Width = 4)] partial class Gate;
        [SENetwork(3, Height = 8, Width = 8), Conv(16, Stride = 2), Layer<Gate>] partial class Stem;
        [SENetwork(3, Height = 8, Width = 8), Layer<Stem>, SEBlock(16), SEResidual(16, InChannels = 16), Linear(4)] partial class Net;
        """);

    [Theory]
    [InlineData("5 pixels of AveragePool is larger than its input of 4 x 4, padding included; lower the stride of 2 of MaxPool, which leaves 4 x 4 of 8 x 8, pad it,", "8, Height = 8, Width = 8), MaxPool(2), [|AveragePool(5)|]")]
    [InlineData("9 pixels of Conv is larger than its input of 8 x 20, padding included; pad it,", "8, Height = 8, Width = 20), [|Conv(8, Dilation = 4, Padding = 0)|]")]
    [InlineData("5 pixels of Conv is larger than its input of 3 x 3, padding included; pad it,", "8), GlobalAveragePool, [|Conv(8, Kernel = 5, Padding = 1)|]")]
    public void A_window_fits_its_input(string message, string rest) => DiagnosticAssert.Error(
        "SEGEN022",
        $"The window of {message} or enlarge the input",
        $"[SENetwork({rest}] partial class Net;");

    [Theory]
    [InlineData("3 groups do not divide 6 input and 16 output channels; write one of 1, 2", "Conv(16, [|Groups = 3|])")]
    [InlineData("4 groups do not divide 6 input and 16 output channels; write one of 1, 2", "Conv(16, [|Groups = 4|])")]
    [InlineData("2 groups do not divide 6 input and 7 output channels; write 1", "Conv(7, [|Groups = 2|])")]
    [InlineData("3 groups do not divide 16 input and 16 output channels; write one of 1, 2, 4, 8, 16", "SEResidual(16, Body = ResidualBody.RegNetY, [|Groups = 3|])")]
    public void Groups_divide_the_channels(string message, string layer)
        => DiagnosticAssert.Error("SEGEN023", message, $"[SENetwork(6), {layer}] partial class Net;");

    [Theory]
    [InlineData("16 x H x W and the branch 32 x H x W", "[|SEResidual(32, InChannels = 16, Shortcut = Shortcut.Identity)|]")]
    [InlineData("32 x H x W and the branch 32 x (H + 1) / 2 x (W + 1) / 2", "[|SEResidual(32, Stride = 2, Shortcut = Shortcut.Identity)|]")]
    [InlineData("32 x 8 x 8 and the branch 32 x 4 x 4", "[|SEResidual(32, Stride = 2, Body = ResidualBody.Conv, Height = 8, Width = 8)|]")]
    [InlineData("16 x H x W and the branch 32 x H x W", "[|SEResidual(32, InChannels = 16, Body = ResidualBody.Conv)|]")]
    [InlineData(
        "32 x (H + 1) / 4 x (W + 1) / 4 and the branch 32 x (H + 5) / 8 x (W + 5) / 8",
        "SENetwork(3), Conv(32, Kernel = 7, Stride = 2), MaxPool(2), [|SEResidual(Stride = 2, Shortcut = Shortcut.Identity)|]")]
    [InlineData(
        "32 x (H - 2) x (W - 2) and the branch 16 x (H - 2) x (W - 2)",
        "SENetwork(3), Conv(32, Padding = 0), [|SEResidual(16, Blocks = 2, Shortcut = Shortcut.Identity)|]")]
    public void An_identity_shortcut_keeps_the_shape(string message, string attributes) => DiagnosticAssert.Error(
        "SEGEN024",
        $"The shortcut gives {message}; write Shortcut = Shortcut.Projection or None, or keep the shape",
        $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData("SEResidual(32, InChannels = 16, Stride = 2)")]
    [InlineData("SEResidual(32, InChannels = 16, Stride = 2, Shortcut = Shortcut.None)")]
    [InlineData("SEResidual(32, InChannels = 16, Stride = 2, Body = ResidualBody.Conv, Shortcut = Shortcut.Projection)")]
    [InlineData("SEResidual(32, Blocks = 2, Shortcut = Shortcut.Identity)")]
    [InlineData("SEResidual(32, Body = ResidualBody.Identity)")]
    public void Other_shortcuts_are_fine(string attribute) => DiagnosticAssert.Nothing($"[{attribute}] partial class Net;");

    [Theory]
    [InlineData("3), Conv(8), ReLU, [|Linear(10)|]")]
    [InlineData("3), [|Linear(10, Bias = false)|]")]
    public void A_dense_layer_over_pixels_needs_a_size(string rest) => DiagnosticAssert.Error(
        "SEGEN026",
        "Write Height and Width on the module: a Linear layer that flattens pixels has a fixed number of weights (or pool globally before it)",
        $"[SENetwork({rest}] partial class Net;");

    [Theory]
    [InlineData("An image, in whole vectors, would have 3,288,334,336", "[|65536|], Height = 224, Width = 224), GlobalAveragePool")]
    [InlineData("MaxBatch images, in whole vectors, would have 34,359,738,352", "3, [|MaxBatch = int.MaxValue|]), GlobalAveragePool")]
    [InlineData("The packed weights up to this layer would have 311,385,128,960", "1), Conv([|int.MaxValue|])")]
    [InlineData("The packed weights up to this layer would have 2,500,900,000", "1), Conv(50000, Kernel = 1), Conv([|50000|], Kernel = 1)")]
    [InlineData("The packed weights up to this layer would have 36,507,222,016", "1), GlobalAveragePool, Linear([|int.MaxValue|])")]
    [InlineData("The packed weights up to this layer would have 4,294,960,000", "2147480000), [|BatchNorm|]")]
    [InlineData(
        "The packed weights up to this layer would have 139,586,437,120",
        "64), SEResidual([|1000000000|], Body = ResidualBody.Bottleneck, BaseWidth = 2000000000)")]
    [InlineData("The padded input of this layer would have 6,405,121,024", "1, Height = 8, Width = 8), Conv(8, Kernel = 1, [|Padding = 10000|])")]
    [InlineData(
        "The output of this layer, in whole vectors, would have 2,560,000,000",
        "16, Height = 400, Width = 400), [|Conv(16000, Kernel = 1)|]")]
    [InlineData(
        "The workspace of one image would have 2,352,896,128",
        "16, Height = 7000, Width = 7000)|], SEResidual(Placement = SEPlacement.None)")]
    public void What_cannot_be_allocated_is_refused(string message, string rest) => DiagnosticAssert.Error(
        "SEGEN014",
        $"{message} values; a tensor can have at most 2,147,483,000",
        $"[{(rest.Contains("[|", StringComparison.Ordinal) ? "" : "[|")}SENetwork({rest}] partial class Net;");
}
