using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv.Winograd;

/// <summary>Transforms the products of some tiles of a block of outputs back, in their order, and finishes their pixels.</summary>
/// <param name="conv">The convolution.</param>
/// <param name="width">The width; null for the scalar form.</param>
/// <param name="residual">The strides of what is added, or null.</param>
internal sealed class WinogradOutput(WinogradKernel conv, VectorWidth? width, Strides? residual)
{
    private readonly Lanes _lanes = new(width);

    private bool IsRaggedDown => conv.Out.Height % conv.Form.Outputs != 0;

    private bool IsRaggedAcross => conv.Out.Width % conv.Form.Outputs != 0;

    private string Outputs => Numbers.Text(conv.Form.Outputs);

    public void Emit(SourceWriter writer)
    {
        string parameters = $"ref float products, ref float bias, {(residual is null ? "" : "ref float residual, ")}ref float output, "
            + $"{(conv.HasSums ? "ref float sums, " : "")}";
        writer.Blank();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void PixelRows{_lanes.Bits}({parameters}nuint first, nuint count, ref float scratch)"))
        using (WinogradTiles.Each(writer))
        {
            string tile(string tensor, string row)
                => $"ref Add(ref {tensor}, row * {Outputs} * {row} + column * {Numbers.Text(conv.Form.Outputs * 16)})";
            var arguments = new List<string> { "ref Add(ref products, tile * 16)", "ref bias" };
            if (residual is not null)
                arguments.Add(tile("residual", residual.Row));

            arguments.Add(tile("output", "OutRow"));
            if (conv.HasSums)
                arguments.Add("ref sums");

            arguments.Add("ref scratch");
            if (IsRaggedDown)
                arguments.Add($"nuint.Min({Outputs}, OutHeight - row * {Outputs})");

            if (IsRaggedAcross)
                arguments.Add($"nuint.Min({Outputs}, OutWidth - column * {Outputs})");

            writer.Line($"Pixels{_lanes.Bits}({string.Join(", ", arguments)});");
            WinogradTiles.Next(writer);
        }

        writer.Blank();
        writer.Line($"// A^T m A, {Outputs} x {Outputs} pixels: first down, then "
            + $"across{(IsRaggedDown || IsRaggedAcross ? "; the last tiles have fewer" : "")}.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Pixels{_lanes.Bits}({parameters}ref float "
            + $"scratch{(IsRaggedDown ? ", nuint rows" : "")}{(IsRaggedAcross ? ", nuint columns" : "")})"))
            Transform(writer);
    }

    private void Transform(SourceWriter writer)
    {
        int inputs = conv.Form.Inputs;
        string lane = _lanes.Count == 16 ? "0" : "lane";
        conv.Form.OutputConstants(writer, _lanes);
        using (_lanes.EachOfBlock(writer))
        {
            using (writer.Block($"for (nuint column = 0; column < {inputs}; column++)"))
            {
                writer.Line($"ref float from = ref Add(ref products, column * ProductsPoint{_lanes.PlusLane}), to = ref Add(ref scratch, "
                    + $"column * 16);");
                Load(writer, i => Numbers.Text((long)i * inputs * conv.ProductsPoint));
                conv.Form.OutputSide(writer, _lanes);
                for (int i = 0; i < conv.Form.Outputs; i++)
                    writer.Line(_lanes.Store($"t{i}", "to", Numbers.Text(i * inputs * 16)));
            }

            writer.Blank();
            writer.Line($"var pixelBias = {_lanes.Load("bias", lane)};");
            if (conv.HasSums)
                writer.Line($"var sum = {_lanes.Load("sums", lane)};");

            using (writer.Block($"for (nuint row = 0; row < {(IsRaggedDown ? "rows" : Outputs)}; row++)"))
            {
                writer.Line($"ref float from = ref Add(ref scratch, row * {inputs * 16}), to = ref Add(ref output, row * "
                    + $"OutRow{_lanes.PlusLane});");
                if (residual is not null)
                    writer.Line($"ref float also = ref Add(ref residual, row * {residual.Row}{_lanes.PlusLane});");

                Load(writer, i => Numbers.Text(i * 16));
                conv.Form.OutputSide(writer, _lanes);
                for (int i = 0; i < conv.Form.Outputs; i++)
                    Pixel(writer, i);
            }

            if (conv.HasSums)
            {
                writer.Blank();
                writer.Line(_lanes.Store("sum", "sums", lane));
            }
        }
    }

    private void Load(SourceWriter writer, Func<int, string> at)
    {
        for (int i = 0; i < conv.Form.Inputs; i++)
            writer.Line($"var m{i} = {_lanes.Load("from", at(i))};");
    }

    /// <summary>Bias, residual, activation and sums of a pixel; of the last tile of a row only where it is there.</summary>
    private void Pixel(SourceWriter writer, int i)
    {
        string at = Numbers.Text(i * 16), value = $"t{i} + pixelBias";
        if (residual is not null)
            value += $" + {_lanes.Load("also", at)}";

        bool mayBeOutside = IsRaggedAcross && i >= conv.Out.Width % conv.Form.Outputs;
        using (mayBeOutside ? writer.Block($"if ({i} < columns)") : default(IDisposable))
        {
            writer.Line($"t{i} = {conv.Activate(value)};");
            if (conv.HasSums)
                writer.Line($"sum += t{i};");

            writer.Line(_lanes.Store($"t{i}", "to", at));
        }
    }
}
