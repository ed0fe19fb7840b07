namespace SeGen.Tests.Generator;

/// <summary>What the values of layers and blocks must be.</summary>
public class BlockDiagnosticsTests
{
    [Theory]
    [InlineData("Channels is 0; it must be at least 1", "Conv([|0|])")]
    [InlineData("Kernel is -1; it must be at least 1", "Conv(8, [|Kernel = -1|])")]
    [InlineData("Kernel is 10001; it must be at most 10000", "Conv(8, [|Kernel = 10001|])")]
    [InlineData("Stride is 0; it must be at least 1", "Conv(8, [|Stride = 0|])")]
    [InlineData("Stride is 2147483647; it must be at most 10000", "Conv(8, [|Stride = int.MaxValue|])")]
    [InlineData("Padding is -1; it must be at least 0", "Conv(8, [|Padding = -1|])")]
    [InlineData("Groups is 0; it must be at least 1", "Conv(8, [|Groups = 0|])")]
    [InlineData("Dilation is -2; it must be at least 1", "Conv(8, [|Dilation = -2|])")]
    [InlineData("Kernel is 0; it must be at least 1", "MaxPool([|0|])")]
    [InlineData("Stride is 0; it must be at least 1", "AveragePool(2, [|Stride = 0|])")]
    [InlineData("Padding is 2; it must be at most half the kernel, 1", "MaxPool(3, [|Padding = 2|])")]
    [InlineData("Features is -5; it must be at least 1", "Linear([|-5|])")]
    [InlineData("p is 1; it must be from 0 to below 1", "Dropout([|1|])")]
    [InlineData("p is -0.5; it must be from 0 to below 1", "Dropout([|-0.5|])")]
    [InlineData("p is NaN; it must be from 0 to below 1", "Dropout([|p: double.NaN|])")]
    [InlineData("Epsilon is NaN; it must be finite and at least 0", "BatchNorm([|Epsilon = double.NaN|])")]
    [InlineData("Epsilon is Infinity; it must be finite and at least 0", "BatchNorm([|Epsilon = double.PositiveInfinity|])")]
    [InlineData("Epsilon is -1; it must be finite and at least 0", "SEResidual(16, [|Epsilon = -1|])")]
    [InlineData("Momentum is 2; it must be from 0 to 1", "BatchNorm([|Momentum = 2|])")]
    [InlineData("Momentum is -0.1; it must be from 0 to 1", "InvertedResidual(16, Expand = 16, [|Momentum = -0.1|])")]
    [InlineData("Blocks is 0; it must be at least 1", "SEResidual(16, [|Blocks = 0|])")]
    [InlineData("Blocks is 1001; it must be at most 1000", "SEResidual(16, [|Blocks = 1001|])")]
    [InlineData("BaseWidth is 0; it must be at least 1", "SEResidual(16, [|BaseWidth = 0|])")]
    [InlineData("InChannels is 0; it must be at least 1", "SEResidual(16, [|InChannels = 0|])")]
    [InlineData("Expand is 0; it must be at least 1", "InvertedResidual(16, [|Expand = 0|])")]
    [InlineData("Kernel is 4; it must be odd", "InvertedResidual(16, Expand = 16, [|Kernel = 4|])")]
    [InlineData("Reduction is 0; it must be at least 1", "SEBlock([|Reduction = 0|])")]
    [InlineData("Hidden is -1; it must be at least 1", "SEResidual(16, [|Hidden = -1|])")]
    public void A_layers_value_out_of_range_is_refused(string message, string layer)
        => DiagnosticAssert.Error("SEGEN010", message, $"[SENetwork(8), {layer}] partial class Net;");

    [Theory]
    [InlineData("Channels is 0; it must be at least 1", "SENetwork([|0|]), ReLU")]
    [InlineData("MaxBatch is -1; it must be at least 1", "SENetwork(3, [|MaxBatch = -1|]), ReLU")]
    [InlineData("Momentum is 2; it must be from 0 to 1", "SENetwork(3, [|Momentum = 2|]), ReLU")]
    [InlineData("Reduction is 0; it must be at least 1", "SENetwork(3, [|Reduction = 0|]), SEBlock")]
    [InlineData("Stride is 0; it must be at least 1", "SEResidual(16, [|Stride = 0|])")]
    [InlineData("InChannels is -3; it must be at least 1", "InvertedResidual([|InChannels = -3|], Expand = 16)")]
    [InlineData("Hidden is 0; it must be at least 1", "SEBlock([|Hidden = 0|]), SEResidual(16)")]
    [InlineData("Channels is 0; it must be at least 1", "SEBlock([|0|]), SEResidual")]
    public void So_is_a_modules(string message, string attributes)
        => DiagnosticAssert.Error("SEGEN010", message, $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData("""Name is "a\nb" """, """SENetwork(8), Conv(8, [|Name = "a\nb"|])""")]
    [InlineData("""Name is "a\u2028b" """, """SENetwork(8), Conv(8, [|Name = "a\u2028b"|])""")]
    [InlineData("""Name is "a\"b" """, """SENetwork(8), SEResidual(16, [|Name = "a\"b"|])""")]
    [InlineData("""Name is "conv." """, """SENetwork(8), Conv(8, [|Name = "conv."|])""")]
    [InlineData("""Name is "." """, """SEBlock(16, [|Name = "."|])""")]
    [InlineData("""Name is "\t" """, """SEBlock(16, [|Name = "\t"|]), SEResidual""")]
    public void A_name_can_stand_in_a_file(string message, string attributes) => DiagnosticAssert.Error(
        "SEGEN010",
        $"{message.Trim()}; it must be without line breaks, control characters, quotation marks, half of a surrogate pair, and dots at its ends",
        $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData(
        "Body is 6, which is no value of that enum; use one of Basic, Bottleneck, BottleneckStrideIn1x1, RegNetY, Conv, Identity",
        "SEResidual(16, [|Body = (ResidualBody)6|])")]
    [InlineData(
        "Placement is -1, which is no value of that enum; use one of Standard, Pre, Post, Identity, InnerConv, None",
        "SEResidual(16, [|Placement = (SEPlacement)(-1)|])")]
    [InlineData(
        "Placement is 9, which is no value of that enum; use one of Standard, Pre, Post, Identity, InnerConv, None",
        "InvertedResidual(16, Expand = 16, [|Placement = (SEPlacement)9|])")]
    [InlineData(
        "Shortcut is 4, which is no value of that enum; use one of Auto, Identity, Projection, None",
        "SEResidual(16, [|Shortcut = (Shortcut)4|])")]
    [InlineData(
        "BlockActivation is 5, which is no value of that enum; use one of ReLU, ReLU6, SiLU, HardSwish, Identity",
        "InvertedResidual(16, Expand = 16, [|BlockActivation = (Activation)5|])")]
    [InlineData("Gate is 2, which is no value of that enum; use one of Sigmoid, HardSigmoid", "SEResidual(16), SEBlock([|Gate = (Gate)2|])")]
    public void An_undefined_value_is_refused(string message, string attributes)
        => DiagnosticAssert.Error("SEGEN011", message, $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData(
        "Groups",
        "a Basic block has ungrouped convolutions on all its channels; write Body = ResidualBody.Bottleneck, or leave it out",
        "SEResidual(64, [|Groups = 2|])")]
    [InlineData(
        "Channels",
        "a bottleneck has a quarter of them as planes; write a multiple of 4",
        "SEResidual([|30|], Body = ResidualBody.Bottleneck)")]
    [InlineData(
        "Channels",
        "a bottleneck has a quarter of them as planes; write a multiple of 4",
        "SENetwork(30), [|SEResidual(Body = ResidualBody.BottleneckStrideIn1x1)|]")]
    [InlineData("BaseWidth", "the bottleneck would have no channels; raise it", "SEResidual(64, Body = ResidualBody.Bottleneck, [|BaseWidth = 1|])")]
    [InlineData("BaseWidth", "only bottlenecks have one; leave it out", "SEResidual(64, Body = ResidualBody.RegNetY, [|BaseWidth = 4|])")]
    [InlineData("Groups", "ResidualBody.Conv has no such convolution; leave it out", "SEResidual(64, Body = ResidualBody.Conv, [|Groups = 2|])")]
    [InlineData(
        "BaseWidth",
        "ResidualBody.Identity has no such convolution; leave it out",
        "SEResidual(64, Body = ResidualBody.Identity, [|BaseWidth = 2|])")]
    [InlineData(
        "Placement",
        "an Identity block is its gate and the addition of its input; leave it out",
        "SEResidual(64, Body = ResidualBody.Identity, [|Placement = SEPlacement.Pre|])")]
    [InlineData(
        "Shortcut",
        "an Identity block is its gate and the addition of its input; leave it out",
        "SEResidual(64, Body = ResidualBody.Identity, [|Shortcut = Shortcut.Projection|])")]
    [InlineData(
        "Stride",
        "an Identity block keeps the shape of its input, 64 channels; leave it out",
        "SEResidual(64, Body = ResidualBody.Identity, [|Stride = 2|])")]
    [InlineData(
        "Channels",
        "an Identity block keeps the shape of its input, 16 channels; leave it out",
        "SENetwork(16), SEResidual([|64|], Body = ResidualBody.Identity)")]
    [InlineData(
        "Placement",
        "a Conv block has one convolution; write Standard",
        "SEResidual(64, Body = ResidualBody.Conv, [|Placement = SEPlacement.InnerConv|])")]
    [InlineData(
        "ZeroInitLast",
        "ResidualBody.Conv has no batch norm; leave it out",
        "SEResidual(64, Body = ResidualBody.Conv, [|ZeroInitLast = true|])")]
    [InlineData(
        "Placement",
        "there is no shortcut to gate; choose another",
        "SEResidual(64, Shortcut = Shortcut.None, [|Placement = SEPlacement.Identity|])")]
    [InlineData(
        "Placement",
        "the gate of an inverted residual block stands after its depthwise convolution; write Standard or None",
        "InvertedResidual(64, Expand = 64, [|Placement = SEPlacement.Post|])")]
    public void A_setting_fits_the_block(string name, string reason, string attributes)
        => DiagnosticAssert.Error("SEGEN031", $"{name} is not possible here: {reason}", $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData("Expand: the channels of the depthwise convolution cannot be inferred", "[|InvertedResidual(16)|]")]
    [InlineData("Expand: the channels of the depthwise convolution cannot be inferred", "SENetwork(16), ReLU, [|InvertedResidual|]")]
    [InlineData("Padding: an even kernel has no middle, so there is no default", "SENetwork(16), Conv(16, [|Kernel = 2|], Stride = 2)")]
    public void What_has_no_default_must_be_written(string message, string attributes)
        => DiagnosticAssert.Error("SEGEN032", $"Write {message}", $"[{attributes}] partial class Net;");

    [Fact]
    public void An_even_kernel_with_padding_is_fine()
        => DiagnosticAssert.Nothing("[SENetwork(16), Conv(16, Kernel = 2, Stride = 2, Padding = 0)] partial class Net;");

    [Theory]
    [InlineData("[[|SENetwork|], ReLU] partial class Net;")]
    [InlineData("[[|SEResidual(Stride = 2)|]] partial class Net;")]
    [InlineData("[SEBlock(Reduction = 2), [|InvertedResidual(Expand = 8)|]] partial class Net;")]
    public void Channels_must_be_written(string source)
        => DiagnosticAssert.Error("SEGEN008", "Write Channels: the number of channels of 'Net' cannot be inferred from anything", source);

    [Theory]
    [InlineData("SENetwork(16, [|Channels = 8|]), ReLU")]
    [InlineData("SENetwork(3), SEResidual(16, [|Channels = 8|])")]
    [InlineData("SEResidual(16, [|Channels = 8|], InChannels = 4)")]
    public void Channels_written_twice_must_agree(string attributes) => DiagnosticAssert.Error(
        "SEGEN009", "Channels is 16 where it has no name and 8 where it has; write it once", $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData("SENetwork(3, [|Height = 7|]), ReLU")]
    [InlineData("SEBlock(16, [|Height = 7|]), SEResidual")]
    public void Height_and_width_belong_together(string attributes) => DiagnosticAssert.Error(
        "SEGEN012",
        "Height is written without Width; write both to fix the size, or neither to take any size at run time",
        $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData(8, 16, "SENetwork(8), [|SEBlock|]")]
    [InlineData(8, 12, "SENetwork(8, Reduction = 12), [|SEResidual|]")]
    [InlineData(8, 16, "SEResidual(8, [|Reduction = 16|])")]
    [InlineData(8, 16, "SEResidual(8), SEBlock([|Reduction = 16|])")]
    [InlineData(4, 16, "[|InvertedResidual(16, Expand = 4)|]")]
    public void A_hidden_width_of_0_is_refused(int channels, int reduction, string attributes) => DiagnosticAssert.Error(
        "SEGEN013",
        $"{channels} channels reduced by {reduction} leave a hidden width of 0; lower Reduction, write Hidden, or choose a HiddenRule: AtLeastOne, "
            + "HalfIfSmall, or FloorAllowZero for PyTorch's constant gate",
        $"[{attributes}] partial class Net;");
}
