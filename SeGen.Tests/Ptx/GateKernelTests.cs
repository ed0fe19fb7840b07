using SeGen.Generator.Layers.Gates.Ptx;
using SeGen.Generator.Model;
using Model = SeGen.Generator.Model;

namespace SeGen.Tests.Ptx;

/// <summary>What the emitted kernels of a gate compute, in every form the same bits, and that their threads and blocks do not depend on luck.</summary>
[Trait("Category", "Ptx")]
public class GateKernelTests
{
    private static readonly int?[] Schedules = [null, 1];

    /// <summary>Warps with vectors and without, a block for a channel, equal parts of one, parts of which the last is shorter, and a size that comes with the launch.</summary>
    public static TheoryData<int, int, int, int, int, bool> Shapes => new()
    {
        { 16, 4, 8, 8, 3, false },
        { 20, 3, 7, 7, 3, false },
        { 5, 2, 5, 3, 2, false },
        { 300, 40, 2, 2, 1, false },
        { 9, 2, 3, 1, 2, false },
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
        SeGen.Generator.Model.GateSpec gate = new(channels, hidden, SeGen.Generator.Model.SEBias.Both, SeGen.Generator.Model.Squeeze.Mean, SeGen.Generator.Model.Activation.ReLU, SeGen.Generator.Model.Gate.Sigmoid);
        Check(gate, height, width, images, isOpen);
    }

    [Theory]
    [InlineData(SeGen.Generator.Model.SEBias.None, SeGen.Generator.Model.Squeeze.Max, SeGen.Generator.Model.Activation.SiLU, SeGen.Generator.Model.Gate.HardSigmoid, 4)]
    [InlineData(SeGen.Generator.Model.SEBias.SecondOnly, SeGen.Generator.Model.Squeeze.MeanMaxAverage, SeGen.Generator.Model.Activation.HardSwish, SeGen.Generator.Model.Gate.Sigmoid, 4)]
    [InlineData(SeGen.Generator.Model.SEBias.FirstOnly, SeGen.Generator.Model.Squeeze.SumOverHPlusW, SeGen.Generator.Model.Activation.ReLU6, SeGen.Generator.Model.Gate.HardSigmoid, 4)]
    [InlineData(SeGen.Generator.Model.SEBias.Both, SeGen.Generator.Model.Squeeze.Max, SeGen.Generator.Model.Activation.Identity, SeGen.Generator.Model.Gate.Sigmoid, 4)]
    [InlineData(SeGen.Generator.Model.SEBias.SecondOnly, SeGen.Generator.Model.Squeeze.Mean, SeGen.Generator.Model.Activation.ReLU, SeGen.Generator.Model.Gate.Sigmoid, 0)]
    [InlineData(SeGen.Generator.Model.SEBias.None, SeGen.Generator.Model.Squeeze.MeanMaxAverage, SeGen.Generator.Model.Activation.ReLU, SeGen.Generator.Model.Gate.HardSigmoid, 0)]
    public void Every_setting_of_a_gate_is_computed(SeGen.Generator.Model.SEBias bias, SeGen.Generator.Model.Squeeze squeeze, SeGen.Generator.Model.Activation activation, SeGen.Generator.Model.Gate gate, int hidden)
    {
        SeGen.Generator.Model.GateSpec spec = new(12, hidden, bias, squeeze, activation, gate);
        Check(spec, 6, 6, 2, isOpen: false, distinct: 7);
        Check(spec, 47, 45, 1, isOpen: false);
        Check(spec, 5, 9, 2, isOpen: true, distinct: 7);
    }

    /// <summary>Shapes of real networks in each form, forward and backward.</summary>
    [Theory]
    [InlineData("portable", 128, 56)]
    [InlineData("group", 128, 56)]
    [InlineData("image", 512, 7)]
    public void A_real_map_is_computed(string name, int channels, int side)
    {
        var launch = new GateLaunch(new SeGen.Generator.Model.GateSpec(channels, channels / 16, SeGen.Generator.Model.SEBias.Both, SeGen.Generator.Model.Squeeze.Mean, SeGen.Generator.Model.Activation.ReLU, SeGen.Generator.Model.Gate.Sigmoid), side, side);
        var run = new GateRun(launch, 1, side, side);
        GateForm form = name switch { "portable" => GateForm.Portable, "group" => GateForm.OfGroups(64, 1, 2), _ => GateForm.Image };
        Close(run.Textbook.Output(), run.Forward(form, seed: null));
        (double[] input, double[] parameters) = run.Textbook.Gradients(run.OutputGradient);
        (float[] inputGradient, float[] parameterGradients) = run.Backward(form, seed: 1);
        Close(input, inputGradient);
        Close(parameters, parameterGradients);
        Assert.True(run.Instructions < channels * (side * side * 60L + channels * 20), $"{run.Instructions} instructions");
    }

    [Theory]
    [InlineData("portable", "    fence.acq_rel.gpu;\n    atom", "    atom", "race on partials")]
    [InlineData("portable", "    fence.acq_rel.gpu;\n    st.shared.u32", "    st.shared.u32", "race on partials")]
    [InlineData("portable", "    bar.sync 0;\n\n    // The last of the image", "\n    // The last of the image", "race on")]
    [InlineData("portable", "    bar.sync 0;\n\n    // s = gate", "\n    // s = gate", "race on state|was never written")]
    [InlineData("portable", "    bar.sync 0;\n\n    // dz = ", "\n    // dz = ", "race on changes|was never written")]
    [InlineData("group", "    fence.acq_rel.gpu;\n    atom", "    atom", "race on partials")]
    [InlineData("group", "    fence.acq_rel.gpu;\n    st.relaxed", "    st.relaxed", "race on state|race on changes")]
    [InlineData("group", "    @%isSame bra not_yet;\n", "", "race on state|race on changes|was never written")]
    [InlineData("group", "    @%isSame bra not_yet;\n    fence.acq_rel.gpu;\n", "    @%isSame bra not_yet;\n", "race on state|race on changes")]
    [InlineData("image", "    bar.sync 0;\n\n    // A warp has a channel, then", "\n    // A warp has a channel, then", "race on shared|was never written")]
    [InlineData("image", "    mad.lo.u32 %floatAt, %v2, 4,", "    mad.lo.u32 %floatAt, %v2, 40000,", "beyond|was never written")]
    public void A_barrier_a_fence_or_a_wait_that_is_missing_is_found(string form, string from, string to, string messages)
    {
        var launch = new GateLaunch(new SeGen.Generator.Model.GateSpec(20, 12, SeGen.Generator.Model.SEBias.Both, SeGen.Generator.Model.Squeeze.Mean, SeGen.Generator.Model.Activation.ReLU, SeGen.Generator.Model.Gate.Sigmoid), 8, 8);
        int changed = 0;
        Func<string, string> change = text =>
        {
            changed += text.Contains(from, StringComparison.Ordinal) ? 1 : 0;
            return text.Replace(from, to, StringComparison.Ordinal);
        };
        GateForm chosen = form switch { "portable" => GateForm.Portable, "group" => GateForm.OfGroups(3, 1, 1), _ => GateForm.Image };
        string[] found = [.. Enumerable.Range(0, 6).Select(seed => Record.Exception(() =>
        {
            var run = new GateRun(launch, 2, 8, 8, change);
            run.Forward(chosen, seed);
            run.Backward(chosen, seed);
        })?.Message ?? "nothing")];
        Assert.True(changed > 0, "the text was not changed");
        Assert.True(found.Count(message => messages.Split('|').Any(m => message.Contains(m, StringComparison.Ordinal))) >= 4, string.Join("\n", found));
    }

    /// <summary>What is no number must not vanish: PTX's max would drop it.</summary>
    [Theory]
    [InlineData(SeGen.Generator.Model.Squeeze.Mean)]
    [InlineData(SeGen.Generator.Model.Squeeze.Max)]
    public void What_is_no_number_stays_none(SeGen.Generator.Model.Squeeze squeeze)
    {
        var launch = new GateLaunch(new SeGen.Generator.Model.GateSpec(4, 2, SeGen.Generator.Model.SEBias.Both, squeeze, SeGen.Generator.Model.Activation.ReLU, SeGen.Generator.Model.Gate.Sigmoid), 4, 4);
        var run = new GateRun(launch, 1, 4, 4);
        run.Input(5, float.NaN);
        Assert.All(run.Forward(GateForm.Portable, seed: null), y => Assert.True(float.IsNaN(y)));
    }

    private static void Check(SeGen.Generator.Model.GateSpec gate, int height, int width, int images, bool isOpen, int distinct = 0)
    {
        var launch = new GateLaunch(gate, isOpen ? 0 : height, isOpen ? 0 : width);
        var run = new GateRun(launch, images, height, width, distinct: distinct);
        (double[] input, double[] parameters) = run.Textbook.Gradients(run.OutputGradient);
        float[]? y = null, dx = null, gradients = null;
        foreach (GateForm form in Forms(launch, images))
        {
            foreach (int? seed in Schedules)
            {
                float[] output = run.Forward(form, seed);
                Close(run.Textbook.Output(), output);
                Assert.Equal(y ??= output, output);
                if (seed is not null)
                    Assert.Equal(y, run.Forward(form, seed, isInPlace: true));

                (float[] inputGradient, float[] parameterGradients) = run.Backward(Fits(launch, form) ? form : GateForm.Portable, seed);
                Close(input, inputGradient);
                Close(parameters, parameterGradients);
                Assert.Equal(dx ??= inputGradient, inputGradient);
                Assert.Equal(gradients ??= parameterGradients, parameterGradients);
            }
        }
    }

    /// <summary>The forms that a gate has, groups of several numbers of blocks, which keep no chunk, one, or all.</summary>
    private static IEnumerable<GateForm> Forms(GateLaunch launch, int images)
    {
        yield return GateForm.Portable;
        if (launch.IsOpen)
            yield break;

        int most = Math.Min(4, launch.Chunks);
        yield return GateForm.OfGroups(most, 1, 0);
        yield return GateForm.OfGroups(most, Math.Min(2, images), 1);
        if (launch.ChunkBytes * launch.Chunks < 200 << 10)
            yield return GateForm.OfGroups(1, images, launch.Chunks);

        if (GateModules.ImageBytes(launch, isBackward: false) > 0)
            yield return GateForm.Image;
    }

    private static bool Fits(GateLaunch launch, GateForm form) => form != GateForm.Image || GateModules.ImageBytes(launch, isBackward: true) > 0;

    private static void Close(double[] expected, float[] actual)
    {
        if (expected.Length == 0)
            return;

        double largest = expected.Max(Math.Abs), error = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(error <= 4e-6 * largest, $"error {error}, largest {largest}");
    }
}
