using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Pool;

/// <summary>The way back through a mean over all pixels: every pixel gets an equal share. A cut is a block.</summary>
internal sealed record MeanGradientKernel(Target To) : KernelSpec
{
    public override string Name => $"MeanGradient_{To.Place.Text}{(To.Adds ? "_Add" : "")}";

    public override string Summary => $"inputGradient {(To.Adds ? "+=" : "=")} gradient / pixels, over {To.Place.Shape}.";

    private PixelLoop Loop => new(("to", To.Place));

    public override Signature Signature => Of(Read("gradient"), Write("inputGradient"), Loop.Size, Cut);

    public override void Emit(SourceWriter writer)
    {
        Loop.Constants(writer);
        EmitWidths(writer, width => Body(writer, new Lanes(width)));
    }

    private void Body(SourceWriter writer, Lanes lanes)
    {
        Loop.Blocks(writer, _ => "inputGradient");
        PixelLoop.EachVector(writer, lanes, () =>
        {
            writer.Line($"var share = {lanes.Load("AsRef(in gradient)", "(nuint)cut * 16 + lane")} * "
                + $"{lanes.Create($"1f / ({Loop.Pixels})")};");
            Loop.Each(writer, ["to"], 1, (_, at) => writer.Line(To.Store(lanes, "share", "to", at)));
        });
    }
}

/// <summary>
/// The way back through a pooling: the first maximum of a window gets its gradient, as in PyTorch, or every pixel of it a share. The
/// gradient of the input is added to; a cut is a block.
/// </summary>
internal sealed record PoolGradientKernel(Place In, Place Out, Place Gradient, Place To, Window Window, bool IsMaximum) : KernelSpec
{
    public override string Name
        => $"{(IsMaximum ? "Max" : "Average")}PoolGradient{Numbers.Text(Window.Kernel)}S{Numbers.Text(Window.Stride)}P{Numbers.Text(Window.Padding)}_{In.Text}_{Out.Text}"
        + (Gradient.Border == 0 ? "" : $"_g{Numbers.Text(Gradient.Border)}") + (To.Border == 0 ? "" : $"_b{Numbers.Text(To.Border)}");

    public override string Summary => IsMaximum
        ? $"inputGradient[the first maximum of each window] += gradient: {Numbers.Text(Window.Kernel)} x {Numbers.Text(Window.Kernel)}, "
            + $"{In.Shape} to {Out.Shape}."
        : $"inputGradient[each pixel of a window] += gradient / pixels of the window: {Numbers.Text(Window.Kernel)} x "
            + $"{Numbers.Text(Window.Kernel)}, {In.Shape} to {Out.Shape}.";

    private Strides X => new("In", In);

    private Strides Y => new("Out", Out);

    private Strides G => new("Gradient", Gradient);

    private Strides T => new("To", To);

    public override Signature Signature => Of(
        When(IsMaximum, Read("input")), When(IsMaximum, Read("output")), Read("gradient"), Write("inputGradient"),
        When(!In.IsFixed, new("inSize", Access.Value, "MapSize")), When(!In.IsFixed, new("outSize", Access.Value, "MapSize")), Cut);

    public override void Emit(SourceWriter writer)
    {
        Strides[] all = IsMaximum ? [X, Y, G, T] : [X, G, T];
        foreach (Strides strides in all)
            strides.Constants(writer);

        writer.Blank();
        EmitWidths(writer, width => Body(writer, new Lanes(width)));
    }

    private void Body(SourceWriter writer, Lanes lanes)
    {
        X.LocalsFrom(writer, "inSize");
        T.LocalsFrom(writer, "inSize");
        G.LocalsFrom(writer, "outSize");
        if (IsMaximum)
        {
            Y.LocalsFrom(writer, "outSize");
            writer.Line($"ref float x = ref Add(ref AsRef(in input), {X.FirstPlus}(nuint)cut * {X.Block});");
            writer.Line($"ref float y = ref Add(ref AsRef(in output), {Y.FirstPlus}(nuint)cut * {Y.Block});");
        }

        writer.Line($"ref float g = ref Add(ref AsRef(in gradient), {G.FirstPlus}(nuint)cut * {G.Block});");
        writer.Line($"ref float to = ref Add(ref inputGradient, {T.FirstPlus}(nuint)cut * {T.Block});");
        string kernel = Numbers.Text(Window.Kernel), stride = Numbers.Text(Window.Stride), padding = Numbers.Text(Window.Padding);
        using (writer.Block($"for (int row = 0; row < (int){G.Height}; row++)"))
        {
            writer.Line($"int top = row * {stride} - {padding}, firstRow = Math.Max(top, 0), lastRow = Math.Min(top + {kernel}, "
                + $"(int){X.Height});");
            using (writer.Block($"for (int column = 0; column < (int){G.Width}; column++)"))
            {
                writer.Line($"int start = column * {stride} - {padding}, firstColumn = Math.Max(start, 0), lastColumn = Math.Min(start + "
                    + $"{kernel}, (int){X.Width});");
                if (!IsMaximum)
                    writer.Line(
                        $"float share = 1f / ((Math.Min(top + {kernel}, (int){X.Height} + {padding}) - top) * (Math.Min(start + "
                            + $"{kernel}, (int){X.Width} + {padding}) - start));");

                using (writer.Block($"for (nuint lane = 0; lane < 16; lane += {lanes.Text})"))
                    Spread(writer, lanes);
            }
        }
    }

    private void Spread(SourceWriter writer, Lanes lanes)
    {
        string gradient = lanes.Load("g", $"(nuint)row * {G.Row} + (nuint)column * 16 + lane");
        writer.Line(IsMaximum ? $"var left = {gradient};" : $"var part = {gradient} * share;");
        if (IsMaximum)
            writer.Line($"var maximum = {lanes.Load("y", $"(nuint)row * {Y.Row} + (nuint)column * 16 + lane")};");

        using (writer.Block("for (int r = firstRow; r < lastRow; r++)"))
        using (writer.Block("for (int c = firstColumn; c < lastColumn; c++)"))
        {
            string to = $"(nuint)r * {T.Row} + (nuint)c * 16 + lane";
            if (IsMaximum)
            {
                // What the first maximum takes is not there for the next.
                writer.Line($"var part = {lanes.Select(lanes.Equal(lanes.Load("x", $"(nuint)r * {X.Row} + (nuint)c * 16 + lane"), "maximum"), "left", lanes.Zero)};");
                writer.Line("left -= part;");
            }

            writer.Line(lanes.Store($"{lanes.Load("to", to)} + part", "to", to));
        }
    }
}
