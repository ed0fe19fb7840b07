using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Conv.Winograd;
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
using SeGen.Generator.Writing;

namespace SeGen.Generator.Programs.Training;

/// <summary>Plans the forward pass of a training step, and the layers with parameters that it meets.</summary>
internal sealed class ForwardPlanner(NetworkSpec spec, Values values, ProgramBuilder program, List<TrainedLayer> layers)
{
    private Graph Graph => spec.Graph;

    public static string Conv(int step) => $"_conv{Numbers.Text(step)}";

    public static string Norm(int step) => $"_norm{Numbers.Text(step)}";

    public static string Gate(int factors) => $"_gate{Numbers.Text(factors)}";

    public static string Linear(int step) => $"_linear{Numbers.Text(step)}";

    public void Add(int index, Step step)
    {
        int y = step.Output;
        string at = y < 0 ? "" : Values.V(y);
        program.Comment(TrainingNames.Of(spec, step));
        if (y >= 0 && step is not (FactorsStep or PointwiseStep))
            values.Border(at, values.PlaceOf(y), y, forInput: false);

        switch (step)
        {
            case ImportStep:
                Place place = values.PlaceOf(0);
                var import = new ImportKernel(place);
                program.Image($"{import.Name}.Run", import, Numbers.Text(place.Blocks), values.Work(0), false, [Given(0), Operand.Ref(at), .. values.Size(0)]);
                break;
            case ExportStep export:
                values.Blocks(new ExportKernel(values.PlaceOf(export.X)), export.X, false, [Operand.In(Values.V(export.X)), Wanted(export.X), .. values.Size(export.X)]);
                break;
            case ConvStep conv:
                AddConv(index, conv);
                break;
            case PointwiseStep pointwise:
                AddPointwise(index, pointwise);
                break;
            case PoolStep pool:
                int from = pool.Pool.Input;
                values.Blocks(
                    new PoolKernel(values.PlaceOf(from), values.PlaceOf(y), pool.Pool.Window, pool.Pool.IsMaximum), from, false,
                    [Operand.In(Values.V(from)), Operand.Ref(at), .. values.Size(from), .. values.Size(y)]);
                break;
            case MeanStep mean:
                values.Blocks(
                    new SqueezeKernel(values.PlaceOf(mean.Pool.Input), Squeeze.Mean) { Border = values.PlaceOf(y).Border }, mean.Pool.Input, false,
                    [Operand.In(Values.V(mean.Pool.Input)), Operand.Ref(at), .. values.Size(mean.Pool.Input)]);
                break;
            case FactorsStep factors:
                AddFactors(factors);
                break;
            case DropoutStep dropout:
                values.Blocks(
                    new DropoutKernel(values.PlaceOf(dropout.Dropout.Input), values.PlaceOf(y), dropout.Dropout.Probability, Adds: false), y, false,
                    [Operand.In(Values.V(dropout.Dropout.Input)), Key(dropout), Operand.Ref(at), .. values.Size(y)]);
                break;
            default:
                AddLinear(index, (LinearStep)step);
                break;
        }
    }

    /// <summary>The key of a dropout's mask, for the image at hand.</summary>
    public static Operand Key(DropoutStep step) => new($"DropoutKey({Numbers.Text(step.Number)}, image)");

    /// <summary>The caller's image that is read: of the input, or of the output's gradient.</summary>
    private Operand Given(int value) => Caller(values, "in Given", value);

    /// <summary>The caller's image that is written.</summary>
    private Operand Wanted(int value) => Caller(values, "ref Wanted", value);

    public static Operand Caller(Values values, string phrase, int value)
        => new($"{phrase}(image, {(values.PlaceOf(value).IsFixed ? Numbers.Text(values.PlaceOf(value).Channels * (long)values.PlaceOf(value).Height * values.PlaceOf(value).Width) : $"{Numbers.Text(values.PlaceOf(value).Channels)} * {values.Pixels(value)}")})");

    private void AddConv(int index, ConvStep step)
    {
        ConvOp conv = step.Conv;
        Place from = values.PlaceOf(step.X);
        ConvolutionKernel kernel = ConvolutionChoice.Of(conv, from, values.PlaceOf(step.Output), Taps.Of(conv.Window), Activation.Identity, null, hasSums: false, spec.Convolutions);
        Convolve(
            program, kernel, Values.V(step.X), Cuts(values, kernel, step.Output), false,
            [new Operand($"in {Conv(index)}.Weights"), Operand.Ref(Values.V(step.Output)), .. values.Size(step.X), .. values.Size(step.Output)]);

        Place gradient = values.GradientPlaceOf(step.Output);
        ConvWeightGradientKernel weights = WeightsOf(values, step);
        (ConvForm turnedForm, int turnedFormInputs) = ValuePlaces.FormOf(Turn(conv), gradient);
        (string turned, int turnedInputs) = BackwardPlanner.TurnedKernel(values, step, spec.Convolutions) is WinogradKernel back
            ? (back.PackedLayout, back.PackedInputs)
            : (ValuePlaces.LayoutOf(turnedForm, isPlanar: false), turnedFormInputs);
        string sides = string.Join(", ", TurnedConv.Sides(conv.Window).Select(s =>
            $"new TurnedTaps({Numbers.Text(s.First)}, {Numbers.Text(s.Step)}, {Numbers.Text(s.Count)})"));
        string name = NetworkDefinitionEmitter.Text((conv.Scope.Prefix + conv.Inside).TrimEnd('.'));
        string shape = $"new ConvShape({Numbers.Text(conv.Channels)}, {Numbers.Text(conv.InChannels)}, {Numbers.Text(conv.Window.Kernel)}, {Numbers.Text(conv.Groups)}, ConvLayout.{ValuePlaces.LayoutOf(weights.Form, from.IsPlanar)}, {Numbers.Text(weights.GroupInputs)})";
        layers.Add(new TrainedLayer(
            Conv(index), "ConvLayer",
            $"{name}, {shape}, {Numbers.Text(weights.Groups)}, ConvLayout.{kernel.PackedLayout}, {Numbers.Text(kernel.PackedInputs)}, ConvLayout.{turned}, {Numbers.Text(turnedInputs)}, new[] {{ {sides} }}",
            TrainingNames.Of(spec, step)));
    }

    private void AddPointwise(int index, PointwiseStep step)
    {
        Place x = values.PlaceOf(step.X);
        int y = step.Output;
        if (step.Norm is { } norm)
        {
            var statistics = new StatisticsKernel(x);
            program.Comment($"{(norm.Scope.Prefix + norm.Inside).TrimEnd('.')}: statistics");
            program.Declare(Values.S(index), step.X, null, 2 * x.PaddedChannels);
            values.Blocks(statistics, step.X, false, [Operand.In(Values.V(step.X)), Operand.Ref(Values.S(index)), .. values.Size(step.X)]);
            program.After(new BatchPart($"{Norm(index)}.Forward", [Operand.Ref(Values.S(index)), new Operand("Stride"), new Operand("Batch"), new Operand(values.Pixels(step.X)), new Operand("IsFrozen")]));
            program.Break();
            layers.Add(new TrainedLayer(
                Norm(index), "BatchNormLayer",
                $"{NetworkDefinitionEmitter.Text((norm.Scope.Prefix + norm.Inside).TrimEnd('.'))}, {Numbers.Text(norm.Channels)}, {Numbers.Text(norm.Epsilon)}d, {Numbers.Text(norm.Momentum)}d",
                TrainingNames.Of(spec, step)));
        }

        program.Comment(TrainingNames.Of(spec, step));
        values.Border(Values.V(y), values.PlaceOf(y), y, forInput: false);
        var kernel = new PointwiseKernel(
            x, values.PlaceOf(y), step.Factors >= 0, step.Norm is not null, step.Residual < 0 ? null : values.PlaceOf(step.Residual), step.Activation);
        var operands = new List<Operand> { Operand.In(Values.V(step.X)) };
        if (step.Norm is not null)
            operands.Add(new Operand($"in {Norm(index)}.Affine"));

        if (step.Factors >= 0)
            operands.Add(Operand.In(Values.V(step.Factors), GateOf(step.Factors).At("GatesAt")));

        if (step.Residual >= 0)
            operands.Add(Operand.In(Values.V(step.Residual)));

        values.Blocks(kernel, y, false, [.. operands, Operand.Ref(Values.V(y)), .. values.Size(y)]);
    }

    private ExciteTrainingKernel GateOf(int factors) => new(Graph.Ops.OfType<FactorsOp>().First(f => f.Output == factors).Gate);

    private void AddFactors(FactorsStep step)
    {
        GateSpec gate = step.Factors.Gate;
        int x = step.Factors.Input;
        string scratch = Values.V(step.Output), weights = $"in {Gate(step.Output)}.Weights";
        var excite = new ExciteTrainingKernel(gate);
        SEBlockPlan plan = excite.Plan;
        if (gate.Hidden > 0)
        {
            bool keeps = gate.Squeeze == Squeeze.MeanMaxAverage;
            Operand[] maxima = keeps ? [Operand.Ref(scratch, excite.At("MaximaAt"))] : [];
            values.Blocks(
                new SqueezeKernel(values.PlaceOf(x), gate.Squeeze, keeps), x, false,
                [Operand.In(Values.V(x)), Operand.Ref(scratch, excite.At("SqueezedAt")), .. maxima, .. values.Size(x)]);
        }

        program.Image($"{excite.Name}.Run", excite, "", plan.MultiplyAdds / ConvKernel.MultiplyAddsOfFloat, false, [new Operand(weights), Operand.Ref(scratch)]);
        string fields(int length, IEnumerable<BufferField> all, params string[] names)
            => $"new GateFields({Numbers.Text(length)}, {string.Join(", ", names.Select(n => Numbers.Text(all.FirstOrDefault(f => f.Name == n)?.Offset ?? -1)))})";
        string packed = fields(plan.WeightsLength, plan.Weights, "ReduceWeightsAt", "ReduceBiasAt", "ExpandWeightsAt", "ExpandBiasAt");
        string sums = fields(plan.GradientLength, plan.GradientSums, "ReduceSumsAt", "ReduceBiasSumsAt", "ExpandSumsAt", "ExpandBiasSumsAt");
        layers.Add(new TrainedLayer(
            Gate(step.Output), "GateLayer",
            $"{NetworkDefinitionEmitter.Text(step.Factors.Scope.Prefix + step.Factors.Inside)}, {Numbers.Text(gate.Channels)}, {Numbers.Text(gate.Hidden)}, {packed}, {sums}",
            TrainingNames.Of(spec, step)));
    }

    private void AddLinear(int index, LinearStep step)
    {
        LinearOp linear = step.Linear;
        Place x = values.PlaceOf(linear.Input);
        var kernel = new LinearKernel(checked((int)x.Length), linear.Features, Activation.Identity) { Border = values.PlaceOf(step.Output).Border };
        program.Image(
            $"{kernel.Name}.Run", kernel, Numbers.Text(kernel.Cuts), kernel.WeightsLength, false,
            [Operand.In(Values.V(linear.Input)), new Operand($"in {Linear(index)}.Weights"), Operand.Ref(Values.V(step.Output))]);
        layers.Add(new TrainedLayer(
            Linear(index), "LinearLayer",
            $"{NetworkDefinitionEmitter.Text(linear.Scope.Prefix.TrimEnd('.'))}, {Numbers.Text(linear.Features)}, new LinearShape({Numbers.Text(x.Channels)}, {Numbers.Text(x.Height)}, {Numbers.Text(x.Width)}, {Numbers.Text(x.Border)}, {Numbers.Text(x.Pixel)}), new LinearShape({Numbers.Text(x.Channels)}, {Numbers.Text(x.Height)}, {Numbers.Text(x.Width)}, {Numbers.Text(values.GradientPlaceOf(linear.Input).Border)}, 16)",
            TrainingNames.Of(spec, step)));
    }

    /// <summary>Adds the calls of a convolution: one, or two where tiles are transformed first, behind what a thread needs meanwhile.</summary>
    public static void Convolve(ProgramBuilder program, ConvolutionKernel kernel, string input, string cuts, bool forInput, Operand[] operands)
    {
        var workspace = new Operand("ref Workspace");
        switch (kernel)
        {
            case WinogradKernel { IsPhased: true } phased:
                string behind = Numbers.Text(VectorWidth.Pad(phased.WorkspaceLength));
                program.Image(
                    $"{phased.Name}.Transform", phased, Numbers.Text(phased.TransformCuts), 0, forInput,
                    [Operand.In(input), new Operand($"ref WorkspaceAt({behind})"), workspace]);
                program.Image($"{phased.Name}.Run", phased, cuts, phased.Work, forInput, [new Operand($"in WorkspaceAt({behind})"), .. operands, workspace]);
                break;
            case WinogradKernel fused:
                program.Image($"{fused.Name}.Run", fused, cuts, fused.Work, forInput, [Operand.In(input), .. operands, workspace]);
                break;
            default:
                program.Image($"{kernel.Name}.Run", kernel, cuts, kernel.Work, forInput, [Operand.In(input), .. operands]);
                break;
        }
    }

    public static ConvWeightGradientKernel WeightsOf(Values values, ConvStep step)
    {
        Place from = values.PlaceOf(step.X);
        (ConvForm form, int inputs) = ValuePlaces.FormOf(step.Conv, from);
        return new ConvWeightGradientKernel(from, values.GradientPlaceOf(step.Output), Taps.Of(step.Conv.Window), form, inputs);
    }

    /// <summary>The convolution that goes back: inputs and outputs have changed places.</summary>
    public static ConvOp Turn(ConvOp conv) => conv with { InChannels = conv.Channels, Channels = conv.InChannels };

    /// <summary>The cuts of a convolution's kernel, as an expression.</summary>
    public static string Cuts(Values values, ConvolutionKernel kernel, int output, int firstRow = 0)
    {
        string rows = $"(int){values.SizeName(output)}.Height";
        return kernel.Cuts(kernel.Out.Lattice is { } lattice ? $"({rows} + {Numbers.Text(lattice.Step - 1 - firstRow)}) / {Numbers.Text(lattice.Step)}" : rows);
    }
}
