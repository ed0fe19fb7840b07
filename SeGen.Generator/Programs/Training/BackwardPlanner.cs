using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Dropout;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Layout;
using SeGen.Generator.Layers.Linear;
using SeGen.Generator.Layers.Norm;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Layers.Pool;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs.Training;

/// <summary>Plans the way back: the steps in reverse, each sending its output's gradient on to what it read.</summary>
internal sealed class BackwardPlanner(NetworkSpec spec, Values values, ProgramBuilder program)
{
    /// <summary>Gradients that something has been written to: the next one adds.</summary>
    private readonly HashSet<int> _there = [];

    private Graph Graph => values.Graph;

    public void Add(int index, Step step)
    {
        switch (step)
        {
            case ImportStep:
                program.Comment("the input's gradient");
                values.Blocks(new ExportKernel(values.GradientPlaceOf(0)), 0, true, [Operand.In(Values.G(0)), ForwardPlanner.Caller(values, "ref Wanted", 0), .. values.Size(0)]);
                break;
            case ExportStep export:
                program.Comment("the output's gradient");
                Target to = Send(export.X, false);
                values.Blocks(new ImportKernel(to.Place), export.X, false, [ForwardPlanner.Caller(values, "in Given", export.X), Operand.Ref(Values.G(export.X)), .. values.Size(export.X)]);
                break;
            case ConvStep conv:
                AddConv(index, conv);
                break;
            case PointwiseStep pointwise:
                AddPointwise(index, pointwise);
                break;
            case PoolStep pool:
                AddPool(pool);
                break;
            case MeanStep mean:
                int x = mean.Pool.Input;
                values.Blocks(new MeanGradientKernel(Send(x)), x, values.IsForInput(x), [Operand.In(Values.G(mean.Output)), Operand.Ref(Values.G(x)), .. values.Size(x)]);
                break;
            case DropoutStep dropout:
                int from = dropout.Dropout.Input;
                Place place = values.GradientPlaceOf(from);
                bool adds = Send(from).Adds;
                values.Blocks(
                    new DropoutKernel(values.GradientPlaceOf(dropout.Output), place, dropout.Dropout.Probability, adds), from, values.IsForInput(from),
                    [Operand.In(Values.G(dropout.Output)), ForwardPlanner.Key(dropout), Operand.Ref(Values.G(from)), .. values.Size(from)]);
                break;
            case LinearStep linear:
                AddLinear(index, linear);
                break;
        }
    }

    /// <summary>Where a value's gradient goes: the first one is written, the next one added; before the first its border is zeroed.</summary>
    private Target Send(int value, bool? forInput = null)
    {
        Place place = values.GradientPlaceOf(value);
        bool adds = !_there.Add(value);
        if (!adds)
            values.Border(Values.G(value), place, value, forInput ?? values.IsForInput(value));

        return new Target(place, adds);
    }

    private void AddConv(int index, ConvStep step)
    {
        ConvOp conv = step.Conv;
        Place gradient = values.GradientPlaceOf(step.Output);
        string layer = ForwardPlanner.Conv(index);
        if (conv.HasBias)
        {
            program.Declare(Values.S(index), step.Output, null, gradient.PaddedChannels);
            values.Blocks(new ChannelSumKernel(gradient), step.Output, false, [Operand.In(Values.G(step.Output)), Operand.Ref(Values.S(index)), .. values.Size(step.Output)]);
            program.After(new BatchPart($"{layer}.SumBias", [Operand.In(Values.S(index)), new Operand("Stride"), new Operand("Batch")]));
        }

        SendThroughWeights(index, step, gradient);
        ConvWeightGradientKernel weights = ForwardPlanner.WeightsOf(values, step);
        program.After(new SharedPart(
            $"{weights.Name}.Run",
            [
                Operand.In(Values.V(step.X)), Operand.In(Values.G(step.Output)), new Operand($"ref {layer}.Sums"), new Operand("(nuint)Stride"), new Operand("(nuint)Batch"),
                new Operand($"(nuint){layer}.Groups(Batch)"), .. values.Size(step.X), .. values.Size(step.Output),
            ],
            weights, $"{Numbers.Text(weights.Pairs)} * {layer}.Groups(Batch)", weights.In.IsFixed ? weights.MultiplyAdds / ConvKernel.MultiplyAddsOfFloat : Math.Max(1, weights.SumsLength / ConvKernel.MultiplyAddsOfFloat)));
    }

    /// <summary>The gradient of the input, by a convolution with the weights turned round, or by one for each lattice of pixels.</summary>
    private void SendThroughWeights(int index, ConvStep step, Place gradient)
    {
        int x = step.X, stride = step.Conv.Window.Stride;
        bool forInput = values.IsForInput(x);
        Target to = Send(x);
        TurnedConv.Side[] sides = TurnedConv.Sides(step.Conv.Window);
        if (!to.Adds && sides.Length < stride)
            program.Image("Clear", null, "", 0, forInput, Operand.Ref(Values.G(x)), new Operand(Length(to.Place, x)));

        for (int i = 0; i < sides.Length * sides.Length; i++)
        {
            (TurnedConv.Side rows, TurnedConv.Side columns) = (sides[i / sides.Length], sides[i % sides.Length]);
            Place pixels = stride == 1 ? to.Place : to.Place with { Lattice = LatticeOf(to.Place, stride, rows.Pixel, columns.Pixel) };
            if (pixels.IsFixed && (pixels.Rows <= 0 || pixels.Columns <= 0))
                continue;

            ConvolutionKernel kernel = ConvolutionChoice.Of(
                ForwardPlanner.Turn(step.Conv), gradient, pixels, TurnedConv.Taps(rows, columns), Activation.Identity, to.Adds ? pixels : null, hasSums: false, spec.Convolutions);
            string first = stride == 1 ? "0" : First(to.Place, x, rows.Pixel, columns.Pixel);
            Operand[] before = to.Adds ? [new Operand("in", Values.G(x), first)] : [];
            Operand[] lattice = stride == 1 || pixels.IsFixed ? [] : [new Operand(Numbers.Text(rows.Pixel)), new Operand(Numbers.Text(columns.Pixel))];
            ForwardPlanner.Convolve(
                program, kernel, Values.G(step.Output), ForwardPlanner.Cuts(values, kernel, x, rows.Pixel), forInput,
                [
                    new Operand($"in {ForwardPlanner.Conv(index)}.Turned({Numbers.Text(i)})"), .. before, new Operand("ref", Values.G(x), first),
                    .. values.Size(step.Output), .. values.Size(x), .. lattice,
                ]);
        }
    }

    /// <summary>The kernel that goes back through a convolution of stride 1; null for other strides.</summary>
    public static ConvolutionKernel? TurnedKernel(Values values, ConvStep step, Convolutions convolutions)
    {
        if (step.Conv.Window.Stride != 1)
            return null;

        TurnedConv.Side side = TurnedConv.Sides(step.Conv.Window)[0];
        return ConvolutionChoice.Of(
            ForwardPlanner.Turn(step.Conv), values.GradientPlaceOf(step.Output), values.GradientPlaceOf(step.X), TurnedConv.Taps(side, side), Activation.Identity, null, hasSums: false,
            convolutions);
    }

    private static Lattice LatticeOf(Place place, int stride, int row, int column) => place.IsFixed
        ? new Lattice(stride, (place.Height - row + stride - 1) / stride, (place.Width - column + stride - 1) / stride)
        : new Lattice(stride, 0, 0);

    /// <summary>Floats from the first pixel of a place to another one, as an expression.</summary>
    private string First(Place place, int value, int row, int column) => (row, column, place.IsFixed) switch
    {
        (0, 0, _) => "0",
        (_, _, true) => Numbers.Text(row * place.Row + column * place.Pixel),
        (0, _, _) => Numbers.Text(column * place.Pixel),
        _ => $"({Numbers.Text(row)} * ((long){values.SizeName(value)}.Width + {Numbers.Text(2 * place.Border)}) + {Numbers.Text(column)}) * {Numbers.Text(place.Pixel)}",
    };

    private void AddPointwise(int index, PointwiseStep step)
    {
        int x = step.X, y = step.Output;
        Place gradient = values.GradientPlaceOf(y);
        bool hasSums = step.Norm is not null || step.Factors >= 0;
        Target? toResidual = step.Residual < 0 ? null : Send(step.Residual, false);
        Target? toInput = hasSums ? null : Send(x, values.IsForInput(y));
        var kernel = new PointwiseGradientKernel(
            values.PlaceOf(x), values.PlaceOf(y), gradient, step.Factors >= 0, step.Norm is not null, step.Residual < 0 ? null : values.PlaceOf(step.Residual), step.Activation,
            toResidual, toInput);
        ExciteTrainingKernel? gate = step.Factors < 0 ? null : new ExciteTrainingKernel(Graph.Ops.OfType<FactorsOp>().First(f => f.Output == step.Factors).Gate);
        var operands = new List<Operand> { Operand.Ref(Values.G(y)) };
        if (kernel.ReadsOutput)
            operands.Add(Operand.In(Values.V(y)));

        if (kernel.ReadsInput)
            operands.Add(Operand.In(Values.V(x)));

        if (kernel.ReadsResidual)
            operands.Add(Operand.In(Values.V(step.Residual)));

        string norm = ForwardPlanner.Norm(index);
        if (step.Norm is not null && kernel.ReadsSum)
            operands.Add(new Operand($"in {norm}.Affine"));

        if (step.Norm is not null)
            operands.Add(new Operand($"in {norm}.Means"));

        if (gate is not null && kernel.ReadsSum)
            operands.Add(Operand.In(Values.V(step.Factors), gate.At("GatesAt")));

        if (toResidual is not null)
            operands.Add(Operand.Ref(Values.G(step.Residual)));

        if (toInput is not null)
            operands.Add(Operand.Ref(Values.G(x)));

        if (step.Norm is not null)
        {
            program.Declare(Values.S(index), x, null, 2 * values.PlaceOf(x).PaddedChannels);
            operands.Add(Operand.Ref(Values.S(index)));
        }
        else if (gate is not null)
            operands.Add(Operand.Ref(Values.V(step.Factors), gate.At("GateGradientsAt")));

        values.Blocks(kernel, y, values.IsForInput(y), [.. operands, .. values.Size(y)]);
        if (step.Norm is not null)
            FinishNorm(index, step, gradient);
        else if (gate is not null)
            FinishGate(step, gate, gradient);
    }

    private void FinishNorm(int index, PointwiseStep step, Place gradient)
    {
        string norm = ForwardPlanner.Norm(index);
        program.After(new BatchPart($"{norm}.Backward", [Operand.In(Values.S(index)), new Operand("Stride"), new Operand("Batch"), new Operand(values.Pixels(step.X))]));
        program.Break();
        values.Blocks(
            new NormGradientKernel(values.PlaceOf(step.X), gradient, Send(step.X)), step.X, values.IsForInput(step.X),
            [Operand.In(Values.G(step.Output)), Operand.In(Values.V(step.X)), new Operand($"in {norm}.Slopes"), Operand.Ref(Values.G(step.X)), .. values.Size(step.X)]);
    }

    private void FinishGate(PointwiseStep step, ExciteTrainingKernel gate, Place gradient)
    {
        int x = step.X;
        SEBlockPlan plan = gate.Plan;
        string scratch = Values.V(step.Factors), layer = ForwardPlanner.Gate(step.Factors);
        string maxima = plan.Gate.Squeeze == Squeeze.Max ? "SqueezedAt" : "MaximaAt";
        if (plan.HasMaximum)
        {
            values.Blocks(
                new TiesKernel(values.PlaceOf(x)), x, false,
                [Operand.In(Values.V(x)), Operand.In(scratch, gate.At(maxima)), Operand.Ref(scratch, gate.At("TiesAt")), .. values.Size(x)]);
        }

        Operand[] share = gate.NeedsShare ? [new Operand(Share(plan.Gate.Squeeze, x))] : [];
        program.Image($"{gate.Name}.Gradients", gate, "", plan.MultiplyAdds / ConvKernel.MultiplyAddsOfFloat, false, [new Operand($"in {layer}.Weights"), Operand.Ref(scratch), .. share]);
        if (gate.HasParameters)
            program.After(new BatchPart($"{gate.Name}.ParameterGradients", [Operand.Ref(scratch), new Operand("(nuint)Stride"), new Operand("(nuint)Batch"), new Operand($"ref {layer}.Sums")]));

        var operands = new List<Operand> { Operand.In(Values.G(step.Output)) };
        if (plan.HasMaximum)
            operands.Add(Operand.In(Values.V(x)));

        operands.Add(Operand.In(scratch, gate.At("GatesAt")));
        if (plan.HasMean)
            operands.Add(Operand.In(scratch, gate.At("SqueezedGradientsAt")));

        if (plan.HasMaximum)
            operands.AddRange([Operand.In(scratch, gate.At(maxima)), Operand.In(scratch, gate.At("TiesAt"))]);

        values.Blocks(
            new GateGradientKernel(values.PlaceOf(x), gradient, plan.HasMean, plan.HasMaximum, Send(x)), x, values.IsForInput(x), [.. operands, Operand.Ref(Values.G(x)), .. values.Size(x)]);
    }

    private void AddPool(PoolStep step)
    {
        int x = step.Pool.Input, y = step.Output;
        bool forInput = values.IsForInput(x);
        Target to = Send(x);
        if (!to.Adds)
            program.Image("Clear", null, "", 0, forInput, Operand.Ref(Values.G(x)), new Operand(Length(to.Place, x)));

        Operand[] kept = step.Pool.IsMaximum ? [Operand.In(Values.V(x)), Operand.In(Values.V(y))] : [];
        Operand[] sizes = values.PlaceOf(x).IsFixed ? [] : [.. values.Size(x), new Operand(values.SizeName(y))];
        values.Blocks(
            new PoolGradientKernel(values.PlaceOf(x), values.PlaceOf(y), values.GradientPlaceOf(y), to.Place, step.Pool.Window, step.Pool.IsMaximum), x, forInput,
            [.. kept, Operand.In(Values.G(y)), Operand.Ref(Values.G(x)), .. sizes]);
    }

    private void AddLinear(int index, LinearStep step)
    {
        LinearOp linear = step.Linear;
        int x = linear.Input, y = step.Output;
        string layer = ForwardPlanner.Linear(index);
        Place from = values.PlaceOf(x), to = Send(x).Place, gradient = values.GradientPlaceOf(y);
        if (linear.HasBias)
            program.After(new BatchPart($"{layer}.SumBias", [Operand.In(Values.G(y)), new Operand("Stride"), new Operand("Batch")]));

        // Back to every float of the input's place, borders and spare lanes included.
        var turned = new LinearKernel(checked((int)gradient.Length), checked((int)to.Length), Activation.Identity);
        program.Image(
            $"{turned.Name}.Run", turned, Numbers.Text(turned.Cuts), turned.WeightsLength, values.IsForInput(x),
            [Operand.In(Values.G(y)), new Operand($"in {layer}.Turned"), Operand.Ref(Values.G(x))]);
        var weights = new LinearWeightGradientKernel(checked((int)from.Length), linear.Features);
        program.After(new SharedPart(
            $"{weights.Name}.Run", [Operand.In(Values.V(x)), Operand.In(Values.G(y)), new Operand($"ref {layer}.Sums"), new Operand("(nuint)Stride"), new Operand("(nuint)Batch")], weights,
            Numbers.Text(weights.Cuts), weights.SumsLength / ConvKernel.MultiplyAddsOfFloat));
    }

    /// <summary>The floats of a place as an expression.</summary>
    private string Length(Place place, int value)
        => place.IsFixed ? Numbers.Text(place.Length) : $"{values.SizeName(value)}.Length({Numbers.Text(place.Blocks)}, {Numbers.Text(place.Pixel)}, {Numbers.Text(place.Border)})";

    /// <summary>What part of a sum over pixels each of them has in the squeeze.</summary>
    private string Share(Squeeze squeeze, int value)
    {
        Place place = values.PlaceOf(value);
        string height = place.IsFixed ? $"{Numbers.Text(place.Height)}f" : $"(float){values.SizeName(value)}.Height", width = place.IsFixed ? $"{Numbers.Text(place.Width)}f" : $"(float){values.SizeName(value)}.Width";
        return SqueezeKernel.Share(squeeze == Squeeze.MeanMaxAverage ? Squeeze.Mean : squeeze, height, width);
    }
}
