using SeGen.Generator.Layers.Conv.Winograd;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>Training of a convolution, which stands alone there: the gradient of its input is a convolution too.</summary>
internal sealed partial record ConvStep
{
    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        Place from = values.PlaceOf(X);
        Convolutions convolutions = program.Spec.Convolutions;
        program.Border(Output);
        ConvolutionKernel kernel = ConvolutionChoice.Of(
            Conv, from, values.PlaceOf(Output), Taps.Of(Conv.Window), Activation.Identity, null, hasSums: false, convolutions);
        Convolve(
            program, kernel, Values.V(X), CutsOf(values, kernel, Output), false,
            [new Operand($"in {Field(index)}.Weights"), Operand.Ref(Values.V(Output)), .. values.Size(X), .. values.Size(Output)]);

        Place gradient = values.GradientPlaceOf(Output);
        ConvWeightGradientKernel weights = WeightsOf(values);
        (ConvForm turnedForm, int turnedFormInputs) = ConvForms.Of(Conv.Turned(), gradient);
        (string turned, int turnedInputs) = TurnedKernel(values, convolutions) is WinogradKernel back
            ? (back.PackedLayout, back.PackedInputs)
            : (ConvForms.LayoutOf(turnedForm, isPlanar: false), turnedFormInputs);
        string sides = string.Join(", ", TurnedConv.Sides(Conv.Window).Select(s =>
            $"new TurnedTaps({Numbers.Text(s.First)}, {Numbers.Text(s.Step)}, {Numbers.Text(s.Count)})"));
        string shape = $"new ConvShape({Numbers.Text(Conv.Channels)}, {Numbers.Text(Conv.InChannels)}, "
            + $"{Numbers.Text(Conv.Window.Kernel)}, {Numbers.Text(Conv.Groups)}, "
            + $"ConvLayout.{ConvForms.LayoutOf(weights.Form, from.IsPlanar)}, {Numbers.Text(weights.GroupInputs)})";
        program.Add(new TrainedLayer(
            Field(index), "ConvLayer",
            $"{Literal.Of(Conv.Name)}, {shape}, {Numbers.Text(weights.Groups)}, ConvLayout.{kernel.PackedLayout}, "
                + $"{Numbers.Text(kernel.PackedInputs)}, "
            + $"ConvLayout.{turned}, {Numbers.Text(turnedInputs)}, new[] {{ {sides} }}",
            TrainingNameOf(program.Spec)));
    }

    public override void TrainBack(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        Place gradient = values.GradientPlaceOf(Output);
        string layer = Field(index);
        if (Conv.HasBias)
        {
            program.Parts.Declare(Values.S(index), Output, null, gradient.PaddedChannels);
            values.Blocks(
                new ChannelSumKernel(gradient), Output, false,
                [Operand.In(Values.G(Output)), Operand.Ref(Values.S(index)), .. values.Size(Output)]);
            program.Parts.After(
                new BatchPart($"{layer}.SumBias", [Operand.In(Values.S(index)), new Operand("Stride"), new Operand("Batch")]));
        }

        SendThroughWeights(program, index, gradient);
        ConvWeightGradientKernel weights = WeightsOf(values);
        program.Parts.After(new SharedPart(
            $"{weights.Name}.Run",
            [
                Operand.In(Values.V(X)), Operand.In(Values.G(Output)), new Operand($"ref {layer}.Sums"), new Operand("(nuint)Stride"),
                new Operand("(nuint)Batch"),
                new Operand($"(nuint){layer}.Groups(Batch)"), .. values.Size(X), .. values.Size(Output),
            ],
            weights, $"{Numbers.Text(weights.Pairs)} * {layer}.Groups(Batch)",
            weights.In.IsFixed
                ? weights.MultiplyAdds / Cost.MultiplyAddsOfFloat
                : Math.Max(1, weights.SumsLength / Cost.MultiplyAddsOfFloat)));
    }

    /// <summary>The gradient of the input, by a convolution with the weights turned round, or by one for each lattice of pixels.</summary>
    private void SendThroughWeights(TrainingBuilder program, int index, Place gradient)
    {
        Values values = program.Values;
        int stride = Conv.Window.Stride;
        bool forInput = values.IsForInput(X);
        Target to = program.Send(X);
        TurnedConv.Side[] sides = TurnedConv.Sides(Conv.Window);
        if (!to.Adds && sides.Length < stride)
            program.Parts.Image("Clear", null, "", 0, forInput, Operand.Ref(Values.G(X)), new Operand(program.Length(to.Place, X)));

        for (int i = 0; i < sides.Length * sides.Length; i++)
        {
            (TurnedConv.Side rows, TurnedConv.Side columns) = (sides[i / sides.Length], sides[i % sides.Length]);
            Place pixels = stride == 1 ? to.Place : to.Place with { Lattice = LatticeOf(to.Place, stride, rows.Pixel, columns.Pixel) };
            if (pixels.IsFixed && (pixels.Rows <= 0 || pixels.Columns <= 0))
                continue;

            ConvolutionKernel kernel = ConvolutionChoice.Of(
                Conv.Turned(), gradient, pixels, TurnedConv.Taps(rows, columns), Activation.Identity, to.Adds ? pixels : null,
                hasSums: false, program.Spec.Convolutions);
            string first = stride == 1 ? "0" : First(values, to.Place, rows.Pixel, columns.Pixel);
            Operand[] before = to.Adds ? [new Operand("in", Values.G(X), first)] : [];
            Operand[] lattice = stride == 1 || pixels.IsFixed
                ? []
                : [new Operand(Numbers.Text(rows.Pixel)), new Operand(Numbers.Text(columns.Pixel))];
            Convolve(
                program, kernel, Values.G(Output), CutsOf(values, kernel, X, rows.Pixel), forInput,
                [
                    new Operand($"in {Field(index)}.Turned({Numbers.Text(i)})"), .. before, new Operand("ref", Values.G(X), first),
                    .. values.Size(Output), .. values.Size(X), .. lattice,
                ]);
        }
    }

    /// <summary>The kernel that goes back through a convolution of stride 1; null for other strides.</summary>
    private ConvolutionKernel? TurnedKernel(Values values, Convolutions convolutions)
    {
        if (Conv.Window.Stride != 1)
            return null;

        TurnedConv.Side side = TurnedConv.Sides(Conv.Window)[0];
        return ConvolutionChoice.Of(
            Conv.Turned(), values.GradientPlaceOf(Output), values.GradientPlaceOf(X), TurnedConv.Taps(side, side), Activation.Identity,
            null, hasSums: false, convolutions);
    }

    private static Lattice LatticeOf(Place place, int stride, int row, int column) => place.IsFixed
        ? new Lattice(stride, (place.Height - row + stride - 1) / stride, (place.Width - column + stride - 1) / stride)
        : new Lattice(stride, 0, 0);

    /// <summary>Floats from the first pixel of the input's place to another one, as an expression.</summary>
    private string First(Values values, Place place, int row, int column) => (row, column, place.IsFixed) switch
    {
        (0, 0, _) => "0",
        (_, _, true) => Numbers.Text(row * place.Row + column * place.Pixel),
        (0, _, _) => Numbers.Text(column * place.Pixel),
        _ => $"({Numbers.Text(row)} * ((long){values.SizeName(X)}.Width + {Numbers.Text(2 * place.Border)}) + {Numbers.Text(column)}) * "
            + $"{Numbers.Text(place.Pixel)}",
    };

    /// <summary>
    /// Adds the calls of a convolution: one, or two where tiles are transformed first, behind what a thread needs meanwhile.
    /// </summary>
    private static void Convolve(
        TrainingBuilder program, ConvolutionKernel kernel, BufferId input, string cuts, bool forInput, Operand[] operands)
    {
        ProgramBuilder parts = program.Parts;
        var workspace = new Operand("ref Workspace");
        switch (kernel)
        {
            case WinogradKernel { IsPhased: true } phased:
                string behind = Numbers.Text(VectorWidth.Pad(phased.WorkspaceLength));
                parts.Image(
                    $"{phased.Name}.Transform", phased, Numbers.Text(phased.TransformCuts), 0, forInput,
                    [Operand.In(input), new Operand($"ref WorkspaceAt({behind})"), workspace]);
                parts.Image(
                    $"{phased.Name}.Run", phased, cuts, phased.Work, forInput,
                    [new Operand($"in WorkspaceAt({behind})"), .. operands, workspace]);
                break;
            case WinogradKernel fused:
                parts.Image($"{fused.Name}.Run", fused, cuts, fused.Work, forInput, [Operand.In(input), .. operands, workspace]);
                break;
            default:
                parts.Image($"{kernel.Name}.Run", kernel, cuts, kernel.Work, forInput, [Operand.In(input), .. operands]);
                break;
        }
    }

    private ConvWeightGradientKernel WeightsOf(Values values)
    {
        Place from = values.PlaceOf(X);
        (ConvForm form, int inputs) = ConvForms.Of(Conv, from);
        return new ConvWeightGradientKernel(from, values.GradientPlaceOf(Output), Taps.Of(Conv.Window), form, inputs);
    }

    /// <summary>The cuts of a convolution's kernel, as an expression.</summary>
    private static string CutsOf(Values values, ConvolutionKernel kernel, int output, int firstRow = 0)
    {
        Cuts cuts = kernel.CutsOf(kernel.Out.IsFixed ? -1 : values.Graph.Tensors[output].Size);
        string rows = $"(int){values.SizeName(output)}.Height";
        return cuts.Text(kernel.Out.Lattice is { } lattice ? $"({rows} + {Numbers.Text(lattice.Step - 1 - firstRow)}) / "
            + $"{Numbers.Text(lattice.Step)}" : rows);
    }

    private static string Field(int step) => $"_conv{Numbers.Text(step)}";
}
