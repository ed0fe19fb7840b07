using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Norm;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>
/// y[o] = sum over the group's channels i and the taps of W[o, i] x[i] (+ b[o]): a cross-correlation, as PyTorch's Conv2d.
/// </summary>
internal sealed record ConvOp(
    int X, int Output, int Layer, Scope Scope, string Inside, int InChannels, int Channels, Window Window, int Groups, bool HasBias)
    : LayerOp(new EquatableArray<int>([X]), Output, Layer)
{
    public int GroupInputs => InChannels / Groups;

    public long Weights => (long)Channels * GroupInputs * Window.Kernel * Window.Kernel;

    /// <summary>What a state_dict calls it.</summary>
    public string Name => Scope.NameOf(Inside);

    public override int GradientBorder => TurnedConv.Border(Window);

    public override IEnumerable<OpParameter> Parameters
    {
        get
        {
            int fanIn = GroupInputs * Window.Kernel * Window.Kernel;
            yield return new OpParameter(
                Scope, Inside, "weight", Initial.Uniform(fanIn), Channels, GroupInputs, Window.Kernel, Window.Kernel);
            if (HasBias)
                yield return new OpParameter(Scope, Inside, "bias", Initial.Uniform(fanIn), Channels);
        }
    }

    /// <summary>A 1 x 1 convolution reads every value once for each output: it scales its weights instead of its input.</summary>
    public override bool CanScale(Fusion fusion, int input)
        => !fusion.IsTraining && this is { Groups: 1, Window: { Kernel: 1, Padding: 0 } } && !fusion.Graph.Tensors[input].IsVector;

    public override void Fuse(Fusion fusion)
    {
        if (fusion.IsTraining)
        {
            fusion.Emit(new ConvStep(this, null, -1, Activation.Identity, HasSums: false, Output));
            return;
        }

        int y = Output;
        BatchNormOp? norm = fusion.Only<BatchNormOp>(y);
        y = fusion.Take(norm) ?? y;
        int residual = fusion.TakeResidual(ref y);
        Activation activation = fusion.TakeActivation(y, out y);
        IScaling? gate = fusion.Pending(X);
        int x = gate?.Input ?? X;
        bool sums = fusion.Readers(y).Any(o => o.ReadsSums) && !fusion.Graph.Tensors[y].IsVector;
        fusion.Emit(new ConvStep(
            this with { X = fusion.Resolve(x), Inputs = fusion.Of(x) }, norm, residual, activation, sums,
            y)
        { Factors = gate?.Factors ?? -1 });
    }

    /// <summary>The convolution that goes back: inputs and outputs have changed places.</summary>
    public ConvOp Turned() => this with { InChannels = Channels, Channels = InChannels };
}

/// <summary>Adds a convolution.</summary>
internal static class ConvOps
{
    public static int Conv(
        this GraphBuilder graph, int x, Scope scope, string inside, int channels, Window window, int groups = 1, bool bias = false)
    {
        if (x == GraphBuilder.Nothing)
            return GraphBuilder.Nothing;

        int from = graph[x].Channels;
        if (from % groups != 0 || channels % groups != 0)
            return graph.FailWith(
                DiagnosticIds.GroupsDoNotDivide, "Groups", graph.LayerOf(x), Numbers.Text(groups), Numbers.Text(from),
                Numbers.Text(channels),
                CommonDivisors(from, channels));

        // Only a depthwise convolution is sure to read less than all its inputs in whole vectors.
        double inputs = groups == from && groups == channels ? 1 : VectorWidth.Pad((long)from);
        SizeRule read = graph.SizeOf(x);
        double bordered = VectorWidth.Pad((long)from) * (read.Height + 2.0 * window.Padding) * (read.Width + 2.0 * window.Padding);
        if (!graph.Reserve("Channels", VectorWidth.Pad((long)channels) * (1 + inputs * window.Kernel * window.Kernel)))
            return GraphBuilder.Nothing;

        if (read.IsFixed && bordered > GateRules.MaxLength)
            return graph.TooLarge("Padding", "The padded input of this layer", bordered);

        graph.ValuesLength += bordered;
        int size = graph.Slide(x, window);
        return size == GraphBuilder.NoSize
            ? GraphBuilder.Nothing
            : graph.Add(
                new Tensor(channels, size), y => new ConvOp(x, y, graph.Layer, scope, inside, from, channels, window, groups, bias));
    }

    /// <summary>The numbers that divide both, for a message ("1", "one of 1, 2"): all, or the first few and the largest.</summary>
    private static string CommonDivisors(int a, int b)
    {
        const int Shown = 12;
        while (b != 0)
            (a, b) = (b, a % b);

        List<int> divisors = [];
        for (int d = 1; (long)d * d <= a; d++)
        {
            if (a % d != 0)
                continue;

            divisors.Add(d);
            if (d != a / d)
                divisors.Add(a / d);
        }

        divisors.Sort();
        string shown = string.Join(", ", divisors.Take(Shown).Select(d => Numbers.Text(d)));
        return divisors.Count == 1 ? shown
            : divisors.Count <= Shown ? $"one of {shown}"
            : $"one of {shown} ... {Numbers.Text(divisors[divisors.Count - 1])}";
    }
}
