using System.Runtime.CompilerServices;

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
    public void Lines_end_alike_on_every_machine() => Assert.DoesNotContain('\r', GeneratorHarness.Run("[SEBlock(16)] partial class Gate;").Text);

    private static void Verify(string source, [CallerMemberName] string test = "")
        => Snapshot.Verify(DiagnosticAssert.Nothing(source), "Generator", nameof(SnapshotTests), test);
}
