using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv.Winograd;

/// <summary>
/// Transforms some tiles of a block of inputs, in their order; those that reach beyond the border are copied first, with zeros.
/// </summary>
internal sealed class WinogradInput(WinogradKernel conv, VectorWidth? width)
{
    private readonly Lanes _lanes = new(width);

    private string Side => Numbers.Text(conv.Form.Inputs);

    /// <summary>Floats of a row of a tile.</summary>
    private string TileRow => Numbers.Text(conv.Form.Inputs * 16);

    public void Emit(SourceWriter writer)
    {
        writer.Blank();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void TileRows{_lanes.Bits}(ref float input, ref float transformed, nuint first, nuint "
            + $"count, ref float scratch)"))
        using (WinogradTiles.Each(writer))
        {
            writer.Line($"ref float from = ref Add(ref input, row * {conv.Form.Outputs} * InRow + column * {conv.Form.Outputs * 16});");
            string call(string tile, string row)
                => $"Tile{_lanes.Bits}(ref {tile}, {row}, ref Add(ref transformed, tile * 16), ref scratch);";
            if (!conv.HasEdges)
                writer.Line(call("from", "InRow"));
            else
            {
                Edge(writer, call("edge", TileRow));
                writer.Line("else");
                using (writer.Indent())
                    writer.Line(call("from", "InRow"));
            }

            WinogradTiles.Next(writer);
        }

        writer.Blank();
        writer.Line($"// B^T x B of a tile of {Side} x {Side} pixels: first down, then across.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Tile{_lanes.Bits}(ref float input, nuint inputRow, ref float transformed, ref float "
            + $"scratch)"))
            Transform(writer);
    }

    private void Edge(SourceWriter writer, string call)
    {
        string atLastRow = conv.LastRows < conv.Form.Inputs
            ? "row == TilesDown - 1"
            : "", atLastColumn = conv.LastColumns < conv.Form.Inputs ? "column == TilesAcross - 1" : "";
        string rows = Count(atLastRow, Numbers.Text(conv.LastRows), Side, isOnly: atLastColumn.Length == 0);
        string floats = Count(atLastColumn, Numbers.Text(conv.LastColumns * 16), TileRow, isOnly: atLastRow.Length == 0);
        using (writer.Block($"if ({string.Join(" || ", new[] { atLastRow, atLastColumn }.Where(c => c.Length > 0))})"))
        {
            writer.Line($"ref float edge = ref Add(ref scratch, {conv.TileLength});");
            writer.Line($"TileEdge.Copy(ref from, InRow, {rows}, {floats}, ref edge, {Side}, {TileRow});");
            writer.Line(call);
        }
    }

    /// <summary>
    /// What there is of a tile at the last place and elsewhere; where only one side has an edge, that one is known to be reached.
    /// </summary>
    private static string Count(string atLast, string last, string all, bool isOnly)
        => atLast.Length == 0 ? all : isOnly ? last : $"{atLast} ? {last} : {all}";

    private void Transform(SourceWriter writer)
    {
        int inputs = conv.Form.Inputs;
        conv.Form.InputConstants(writer, _lanes);
        using (_lanes.EachOfBlock(writer))
        {
            using (writer.Block($"for (nuint column = 0; column < {Side}; column++)"))
            {
                writer.Line($"ref float from = ref Add(ref input, column * 16{_lanes.PlusLane}), to = ref Add(ref scratch, column * 16);");
                Load(writer, i => i switch { 0 => "0", 1 => "inputRow", _ => $"{Numbers.Text(i)} * inputRow" });
                conv.Form.InputSide(writer, _lanes);
                Store(writer, i => Numbers.Text(i * inputs * 16));
            }

            writer.Blank();
            using (writer.Block($"for (nuint row = 0; row < {Side}; row++)"))
            {
                writer.Line($"ref float from = ref Add(ref scratch, row * {TileRow}), to = ref Add(ref transformed, row * {Side} * "
                    + $"TilesPoint{_lanes.PlusLane});");
                Load(writer, i => Numbers.Text(i * 16));
                conv.Form.InputSide(writer, _lanes);
                Store(writer, i => Numbers.Text((long)i * conv.TilesPoint));
            }
        }
    }

    private void Load(SourceWriter writer, Func<int, string> at)
    {
        for (int i = 0; i < conv.Form.Inputs; i++)
            writer.Line($"var x{i} = {_lanes.Load("from", at(i))};");
    }

    private void Store(SourceWriter writer, Func<int, string> at)
    {
        for (int i = 0; i < conv.Form.Inputs; i++)
            writer.Line(_lanes.Store($"t{i}", "to", at(i)));
    }
}
