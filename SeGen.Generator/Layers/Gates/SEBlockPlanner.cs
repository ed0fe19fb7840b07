using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates;

/// <summary>Plans a gate.</summary>
internal static class SEBlockPlanner
{
    // A cut costs some tens of nanoseconds; sixteen are enough for the threads that a memory-bound pass can use.
    private const int MaxCuts = 16;

    // The runtime gives a second thread work from twice this many values on (ModuleRun.FloatsPerThread): below, cuts only cost.
    private const int FloatsPerThread = 1 << 16;

    /// <summary>The layout of a gate within a network: what one of any size alone has.</summary>
    public static SEBlockPlan Plan(GateSpec gate) => Plan(new SEBlockSpec(new TypeSpec("", default, "", "", ""), default, gate, 0, 0, 1));

    public static SEBlockPlan Plan(SEBlockSpec spec)
    {
        GateSpec gate = spec.Gate;
        int channels = VectorWidth.Pad(gate.Channels);
        bool hidden = gate.Hidden > 0;
        bool maximum = hidden && gate.Squeeze is Squeeze.Max or Squeeze.MeanMaxAverage;

        var weights = new BufferLayout();
        weights.Add("ReduceWeightsAt", gate.Hidden * channels, "W1, [hidden, channels]", when: hidden);
        weights.Add("ReduceBiasAt", gate.Hidden, "b1", when: hidden && gate.HasReduceBias);
        weights.Add("ExpandWeightsAt", gate.Hidden * channels, "W2 transposed, [hidden, channels]", when: hidden);
        weights.Add("ExpandBiasAt", channels, "b2", when: gate.HasExpandBias);

        var forward = new BufferLayout();
        AddForward(forward, gate, channels);
        var training = new BufferLayout();
        AddForward(training, gate, channels);
        training.Add("TiesAt", channels, "pixels that share a channel's maximum, then the gradient of each", when: maximum);
        training.Add("GateGradientsAt", channels, "dL/dgate, then dL/d(what goes into the gate function)");
        training.Add("HiddenGradientsAt", gate.Hidden, "dL/d(what goes into the activation)", when: hidden);
        training.Add("SqueezedGradientsAt", channels, "dL/dsqueezed, for each pixel", when: hidden);

        var sums = new BufferLayout();
        sums.Add("ReduceSumsAt", gate.Hidden * channels, "dL/dW1, [hidden, channels]", when: hidden);
        sums.Add("ReduceBiasSumsAt", gate.Hidden, "dL/db1", when: hidden && gate.HasReduceBias);
        sums.Add("ExpandSumsAt", gate.Hidden * channels, "dL/dW2 transposed, [hidden, channels]", when: hidden);
        sums.Add("ExpandBiasSumsAt", channels, "dL/db2", when: gate.HasExpandBias);

        return new SEBlockPlan(
            spec, weights.Fields, Math.Max(1, weights.Length), forward.Fields, forward.Length, training.Fields, training.Length,
            sums.Fields, sums.Length, CutChannels(spec), Layers(spec).ToEquatableArray());
    }

    private static void AddForward(BufferLayout layout, GateSpec gate, int channels)
    {
        bool hidden = gate.Hidden > 0;
        layout.Add("SqueezedAt", channels, "one value for each channel", when: hidden);
        layout.Add("MaximaAt", channels, "the maximum of each channel", when: hidden && gate.Squeeze == Squeeze.MeanMaxAverage);
        layout.Add(
            "PreactivationAt", gate.Hidden, "the first dense layer before its activation",
            when: hidden && gate.Activation is Activation.SiLU or Activation.HardSwish);
        layout.Add("HiddenAt", gate.Hidden, "the first dense layer", when: hidden);
        layout.Add("GateInputAt", channels, "the second dense layer before the gate function", when: gate.Gate == Gate.HardSigmoid);
        layout.Add("GatesAt", channels, "the factor of each channel");
    }

    /// <summary>
    /// Whole blocks of the channels that a kernel reads side by side: as many as a vector has lanes where rows are short enough to be
    /// written out, else as many as there are streams.
    /// </summary>
    private static int CutChannels(SEBlockSpec spec)
    {
        if (spec.IsFixed && (long)spec.Gate.Channels * spec.Height * spec.Width < 2 * FloatsPerThread)
            return spec.Gate.Channels;

        bool shortRows = spec.IsFixed && spec.Height * spec.Width / VectorWidth.MaxLanes <= UnrollBudget.RowVectors;
        int block = shortRows ? VectorWidth.MaxLanes : UnrollBudget.Streams;
        int perCut = (spec.Gate.Channels + MaxCuts - 1) / MaxCuts;
        return Math.Min(spec.Gate.Channels, (perCut + block - 1) / block * block);
    }

    private static IEnumerable<LayerRow> Layers(SEBlockSpec spec)
    {
        GateSpec gate = spec.Gate;
        string channels = Numbers.Text(gate.Channels);
        if (gate.Hidden > 0)
        {
            long weights = (long)gate.Channels * gate.Hidden;
            yield return new LayerRow("squeeze", channels, 0, 0, SqueezeText(spec));
            yield return new LayerRow(
                $"fc1, {Name(gate.Activation)}", Numbers.Text(gate.Hidden), weights + (gate.HasReduceBias ? gate.Hidden : 0), weights,
                $"rows of {Numbers.Text(gate.Channels)}");
            yield return new LayerRow(
                $"fc2, {Name(gate.Gate)}", channels, weights + (gate.HasExpandBias ? gate.Channels : 0), weights,
                $"columns of {Numbers.Text(gate.Hidden)}");
        }
        else
        {
            yield return new LayerRow(
                $"fc2, {Name(gate.Gate)}", channels, gate.HasExpandBias ? gate.Channels : 0, 0, "a constant");
        }

        yield return new LayerRow(
            "scale", spec.IsFixed ? $"{channels}x{Numbers.Text(spec.Height)}x{Numbers.Text(spec.Width)}" : $"{channels}xHxW", 0, 0,
            "last channel first");
    }

    private static string SqueezeText(SEBlockSpec spec)
    {
        string what = spec.Gate.Squeeze switch
        {
            Squeeze.Mean => "mean",
            Squeeze.SumOverHPlusW => "sum / (H + W)",
            Squeeze.Max => "maximum",
            _ => "mean and maximum",
        };
        bool one = spec.Gate.Squeeze is Squeeze.Max or Squeeze.MeanMaxAverage;
        return one ? $"{what}, channel by channel"
            : spec.IsFixed
                && spec.Height * spec.Width / VectorWidth.MaxLanes <= UnrollBudget.RowVectors ? $"{what}, a vector of channels at a time"
            : $"{what}, 4 channels side by side";
    }

    private static string Name(Activation activation) => activation switch
    {
        Activation.Identity => "no activation",
        Activation.HardSwish => "hard swish",
        _ => activation.ToString().ToLowerInvariant(),
    };

    private static string Name(Gate gate) => gate == Gate.Sigmoid ? "sigmoid" : "hard sigmoid";
}
