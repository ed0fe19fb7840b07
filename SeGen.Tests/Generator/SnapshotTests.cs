using System.Runtime.CompilerServices;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;

namespace SeGen.Tests.Generator;

/// <summary>What generated files look like, to be read in a review of a change.</summary>
public class SnapshotTests
{
    [Fact]
    public void Fixed_size() => Verify("namespace Models; [SEBlock(8, Reduction = 4, Height = 3, Width = 3)] public partial class FixedGate;");

    [Fact]
    public void Any_size() => Verify("[SEBlock(Channels = 16)] public partial class AnyGate;");

    [Fact]
    public void No_bias() => Verify("[SEBlock(4, Hidden = 2, Height = 2, Width = 2, Bias = SEBias.None)] partial class PlainGate;");

    [Fact]
    public void Hidden_width_0() => Verify("[SEBlock(4, HiddenRule = HiddenRule.FloorAllowZero, Height = 2, Width = 2)] partial class ConstantGate;");

    [Fact]
    public void Hard_functions() => Verify(
        "[SEBlock(4, Hidden = 2, Height = 2, Width = 2, Activation = Activation.HardSwish, Gate = Gate.HardSigmoid)] partial class HardGate;");

    [Fact]
    public void Max_squeeze() => Verify("[SEBlock(4, Hidden = 2, Height = 2, Width = 2, Squeeze = Squeeze.Max)] partial class MaxGate;");

    [Fact]
    public void Residual_block() => Verify("[SEResidual(16, InChannels = 8, Stride = 2, Hidden = 4, Height = 6, Width = 6)] partial class Down;");

    [Fact]
    public void Network_of_two_stages() => VerifyFile(
        "Net.g.cs",
        """
        [SENetwork(3, Height = 16, Width = 16, Reduction = 4)]
        [Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
        [SEResidual(16, Blocks = 2, Name = "layer1")]
        [SEResidual(32, Stride = 2, Blocks = 1, Name = "layer2")]
        [GlobalAveragePool, Dropout(0.1), Linear(10, Name = "fc")]
        partial class Net;
        """);

    [Fact]
    public void Winograd_of_a_few_tiles_at_a_time() => VerifyFile(
        "SeGen.Kernels.Winograd4_16x24x22b1_16x24x22_ReLU.g.cs", "[SENetwork(16, Height = 24, Width = 22, InferenceOnly = true)] [Conv(16), ReLU] partial class Net;");

    [Fact]
    public void Winograd_of_all_tiles_in_two_phases() => VerifyFile(
        "SeGen.Kernels.Winograd2_64x7x7b1_64x7x7.g.cs", "[SENetwork(64, Height = 7, Width = 7, InferenceOnly = true)] [Conv(64)] partial class Net;");

    [Fact]
    public void Network_of_any_size() => VerifyFile("AnyNet.g.cs", "[SENetwork(16)] [InvertedResidual(16, Expand = 32), MaxPool(2)] partial class AnyNet;");

    [Fact]
    public void Kernels_for_gpus_with_a_warp_for_a_channel() => VerifyFile(
        "WarpGate+Cuda.g.cs", "[SEBlock(16, Hidden = 4, Height = 8, Width = 8, Emit = Emit.Cuda)] partial class WarpGate;");

    [Fact]
    public void Kernels_for_gpus_with_parts_of_a_channel() => VerifyFile(
        "PartsGate+Cuda.g.cs", "[SEBlock(2, Hidden = 1, Height = 96, Width = 96, Bias = SEBias.None, Gate = Gate.HardSigmoid, InferenceOnly = true, Emit = Emit.Cuda)] partial class PartsGate;");

    [Fact]
    public void Kernels_for_gpus_of_any_size() => VerifyFile(
        "AnyGate+Cuda.g.cs", "[SEBlock(16, Hidden = 4, Squeeze = Squeeze.Max, Activation = Activation.SiLU, Emit = Emit.Cuda)] partial class AnyGate;");

    /// <summary>What a network does on a GPU, without its kernels, which are the same for all.</summary>
    [Fact]
    public void Steps_of_a_network_on_gpus()
    {
        const string Source = "[SENetwork(3, Height = 16, Width = 16, MaxBatch = 8, Emit = Emit.Cuda)] [Conv(16), BatchNorm, ReLU, SEResidual(16, Stride = 2, Name = \"block\"), GlobalAveragePool, Dropout(0.1), Linear(10)] partial class Net;";
        string text = DiagnosticAssert.Nothing(Source).Sources.Single(s => s.HintName == "Net+Cuda.g.cs").SourceText.ToString();
        Snapshot.Verify(text[..text.IndexOf("\"\"\"", StringComparison.Ordinal)], "Generator", nameof(SnapshotTests), nameof(Steps_of_a_network_on_gpus), "Net", "cs");
    }

    [Theory]
    [InlineData(false, "conv")]
    [InlineData(true, "conv_on_tensor_cores")]
    public void Convolutions_for_gpus(bool onTensorCores, string name) => Snapshot.Verify(
        ConvProduct.Write(ProductTile.All[^1], new ActivationCode(HasSiLU: false, HasHardSwish: false), onTensorCores), "Generator", nameof(SnapshotTests), nameof(Convolutions_for_gpus), name, "ptx");

    [Fact]
    public void Lines_end_alike_on_every_machine() => Assert.DoesNotContain('\r', GeneratorHarness.Run("[SEBlock(16)] partial class Gate;").Text);

    /// <summary>One of the files; the kernels beside it are those of other cases.</summary>
    private static void VerifyFile(string file, string source, [CallerMemberName] string test = "")
        => Snapshot.Verify(DiagnosticAssert.Nothing(source), "Generator", nameof(SnapshotTests), test, file);

    private static void Verify(string source, [CallerMemberName] string test = "")
        => Snapshot.Verify(DiagnosticAssert.Nothing(source), "Generator", nameof(SnapshotTests), test);
}
