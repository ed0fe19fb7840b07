using SeGen.Generator.Ptx;
using Model = SeGen.Generator.Model;

namespace SeGen.Tests.Ptx;

/// <summary>What the emitted kernels of a gate compute, and that their threads and blocks do not depend on luck.</summary>
[Trait("Category", "Ptx")]
public class GateKernelTests
{
    private static readonly int?[] Schedules = [null, 1, 2];

    /// <summary>Warps with vectors and without, a block for a channel, equal parts of one, parts of which the last is shorter, and a size that comes with the launch.</summary>
    public static TheoryData<int, int, int, int, int, bool> Shapes => new()
    {
        { 16, 4, 8, 8, 2, false },
        { 20, 3, 7, 7, 3, false },
        { 300, 18, 2, 2, 1, false },
        { 8, 2, 48, 48, 2, false },
        { 4, 9, 96, 96, 2, false },
        { 3, 1, 91, 91, 1, false },
        { 5, 40, 91, 92, 1, false },
        { 12, 4, 10, 9, 2, true },
        { 3, 2, 50, 50, 2, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_output_is_the_textbooks(int channels, int hidden, int height, int width, int images, bool isOpen)
    {
        Model.GateSpec gate = new(channels, hidden, Model.SEBias.Both, Model.Squeeze.Mean, Model.Activation.ReLU, Model.Gate.Sigmoid);
        Check(gate, height, width, images, isOpen);
    }

    [Theory]
    [InlineData(Model.SEBias.None, Model.Squeeze.Max, Model.Activation.SiLU, Model.Gate.HardSigmoid, 4)]
    [InlineData(Model.SEBias.SecondOnly, Model.Squeeze.MeanMaxAverage, Model.Activation.HardSwish, Model.Gate.Sigmoid, 4)]
    [InlineData(Model.SEBias.FirstOnly, Model.Squeeze.SumOverHPlusW, Model.Activation.ReLU6, Model.Gate.HardSigmoid, 4)]
    [InlineData(Model.SEBias.Both, Model.Squeeze.Max, Model.Activation.Identity, Model.Gate.Sigmoid, 4)]
    [InlineData(Model.SEBias.SecondOnly, Model.Squeeze.Mean, Model.Activation.ReLU, Model.Gate.Sigmoid, 0)]
    [InlineData(Model.SEBias.None, Model.Squeeze.Mean, Model.Activation.ReLU, Model.Gate.HardSigmoid, 0)]
    public void Every_setting_of_a_gate_is_computed(Model.SEBias bias, Model.Squeeze squeeze, Model.Activation activation, Model.Gate gate, int hidden)
    {
        Model.GateSpec spec = new(12, hidden, bias, squeeze, activation, gate);
        Check(spec, 6, 6, 2, isOpen: false);
        Check(spec, 47, 45, 1, isOpen: false);
        Check(spec, 5, 9, 2, isOpen: true);
    }

    [Fact]
    public void A_real_map_is_computed()
    {
        var launch = new GateLaunch(new Model.GateSpec(128, 8, Model.SEBias.Both, Model.Squeeze.Mean, Model.Activation.ReLU, Model.Gate.Sigmoid), 56, 56);
        var run = new GateRun(launch, 1, 56, 56);
        Close(run.Expected(), run.Run(seed: null));
        Assert.True(run.Instructions < 128 * 56 * 56 * 16, $"{run.Instructions} instructions");
    }

    [Theory]
    [InlineData("    fence.acq_rel.gpu;\n    atom", "    atom", "race on partials")]
    [InlineData("    fence.acq_rel.gpu;\n    st.shared.u32", "    st.shared.u32", "race on partials")]
    [InlineData("    bar.sync 0;\n\n    // The last of", "\n    // The last of", "race on")]
    [InlineData("\n    bar.sync 0;\n\n    // s = gate", "\n\n    // s = gate", "race on state|was never written")]
    public void A_barrier_or_a_fence_that_is_missing_is_found(string from, string to, string messages)
    {
        var launch = new GateLaunch(new Model.GateSpec(20, 12, Model.SEBias.Both, Model.Squeeze.Mean, Model.Activation.ReLU, Model.Gate.Sigmoid), 8, 8);
        Func<string, string> change = text =>
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            return text.Replace(from, to, StringComparison.Ordinal);
        };
        int found = Enumerable.Range(0, 6).Count(seed => Record.Exception(() => new GateRun(launch, 2, 8, 8, change).Run(seed)) is PtxFaultException fault
            && messages.Split('|').Any(m => fault.Message.Contains(m, StringComparison.Ordinal)));
        Assert.True(found >= 4, $"found by {found} of 6 schedules");
    }

    private static void Check(Model.GateSpec gate, int height, int width, int images, bool isOpen)
    {
        var launch = new GateLaunch(gate, isOpen ? 0 : height, isOpen ? 0 : width);
        float[]? first = null;
        foreach (int? seed in Schedules)
        {
            // Twice, since tickets and sums of the first run lie there in the second one.
            var run = new GateRun(launch, images, height, width);
            float[] y = run.Run(seed);
            Close(run.Expected(), y);
            Assert.Equal(y, run.Run(seed));
            Assert.Equal(y, run.Run(seed, isInPlace: true));
            Assert.Equal(first ??= y, y);
        }
    }

    private static void Close(double[] expected, float[] actual)
    {
        double largest = expected.Max(Math.Abs), error = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(error <= 1e-6 * largest, $"error {error}, largest {largest}");
    }
}
