using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Pool;

/// <summary>
/// The maximum or mean of each window; a cut is a block. Windows that reach beyond the image are cut off; the mean counts padding as
/// zeros, and of a window beyond even that only what is there (PyTorch's count_include_pad).
/// </summary>
internal sealed record PoolKernel(Place In, Place Out, Window Window, bool IsMaximum) : KernelSpec
{
    public override string Name
        => $"{(IsMaximum ? "Max" : "Average")}Pool{Numbers.Text(Window.Kernel)}S{Numbers.Text(Window.Stride)}P{Numbers.Text(Window.Padding)}_{In.Text}_{Out.Text}";

    public override string Summary
        => $"output = the {(IsMaximum ? "maximum" : "mean")} of each window: {Numbers.Text(Window.Kernel)} x "
            + $"{Numbers.Text(Window.Kernel)}, stride {Numbers.Text(Window.Stride)}, {In.Shape} to {Out.Shape}.";

    public override Signature Signature
        => Of([Read("input"), Write("output"), .. new Strides("In", In).Parameters, .. new Strides("Out", Out).Parameters, Cut]);

    public override void Emit(SourceWriter writer)
    {
        Strides from = new("In", In), to = new("Out", Out);
        from.Constants(writer);
        to.Constants(writer);
        writer.Blank();
        EmitWidths(writer, width => Body(writer, width, from, to));
    }

    private void Body(SourceWriter writer, VectorWidth? width, Strides from, Strides to)
    {
        from.Locals(writer);
        to.Locals(writer);
        writer.Line($"ref float x = ref Add(ref AsRef(in input), {from.FirstPlus}(nuint)cut * {from.Block});");
        writer.Line($"ref float y = ref Add(ref output, {to.FirstPlus}(nuint)cut * {to.Block});");
        string kernel = Numbers.Text(Window.Kernel), stride = Numbers.Text(Window.Stride), padding = Numbers.Text(Window.Padding);
        using (writer.Block($"for (int row = 0; row < (int){to.Height}; row++)"))
        {
            writer.Line($"int top = row * {stride} - {padding}, firstRow = Math.Max(top, 0), lastRow = Math.Min(top + {kernel}, "
                + $"(int){from.Height});");
            using (writer.Block($"for (int column = 0; column < (int){to.Width}; column++)"))
            {
                writer.Line($"int left = column * {stride} - {padding}, firstColumn = Math.Max(left, 0), lastColumn = Math.Min(left + "
                    + $"{kernel}, (int){from.Width});");
                if (!IsMaximum)
                    writer.Line(
                        $"float share = 1f / ((Math.Min(top + {kernel}, (int){from.Height} + {padding}) - top) * (Math.Min(left + "
                            + $"{kernel}, (int){from.Width} + {padding}) - left));");

                using (writer.Block($"for (nuint lane = 0; lane < 16; lane += {width?.Lanes ?? 1})"))
                    Lanes(writer, width, from, to);
            }
        }
    }

    private void Lanes(SourceWriter writer, VectorWidth? width, Strides from, Strides to)
    {
        string start = IsMaximum ? "float.NegativeInfinity" : "0f";
        writer.Line(width is null ? $"float value = {start};" : IsMaximum ? $"var value = {width.Type}.Create({start});" : $"var value = {width.Floats}.Zero;");
        using (writer.Block("for (int r = firstRow; r < lastRow; r++)"))
        using (writer.Block("for (int c = firstColumn; c < lastColumn; c++)"))
        {
            string at = $"(nuint)r * {from.Row} + (nuint)c * 16 + lane";
            string load = width is null ? $"Add(ref x, {at})" : $"{width.Type}.LoadUnsafe(ref x, {at})";
            writer.Line(IsMaximum ? $"value = {(width is null ? "MathF" : width.Type)}.Max(value, {load});" : $"value += {load};");
        }

        writer.Blank();
        string result = IsMaximum ? "value" : "(value * share)", target = $"(nuint)row * {to.Row} + (nuint)column * 16 + lane";
        writer.Line(width is null ? $"Add(ref y, {target}) = {result};" : $"{result}.StoreUnsafe(ref y, {target});");
    }
}
