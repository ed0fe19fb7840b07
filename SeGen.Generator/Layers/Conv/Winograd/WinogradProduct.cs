using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv.Winograd;

/// <summary>
/// The products of all points: for each a matrix of weights, [inputs][outputs], times one of transformed tiles, [inputs][tiles], in
/// register tiles of one vector or a few of outputs for several tiles.
/// </summary>
internal sealed class WinogradProduct(WinogradKernel conv, VectorWidth? width)
{
    /// <summary>Floats of weights that are no longer in the second-level cache when the next image comes.</summary>
    private const int ColdWeights = 1 << 18;

    private readonly Lanes _lanes = new(width);

    private string Bits => _lanes.Bits;

    /// <summary>
    /// Vectors of outputs of a register tile. With 512 bits few tiles need several to keep the multipliers busy, and up to 28 tiles with
    /// one fit the registers, so that weights are read but once.
    /// </summary>
    private int Vectors => _lanes.Count != 16 ? 2 : conv.Tiles switch
    {
        <= 6 => Math.Min(conv.Group, 4),
        <= 14 or > 28 => Math.Min(conv.Group, 2),
        _ => 1,
    };

    /// <summary>Outputs of a register tile.</summary>
    private int PerTile => Vectors * _lanes.Count;

    /// <summary>
    /// Tiles of a register tile at most: with the sums the weights and one input must fit the registers, 32 with 512 bits, else 16.
    /// </summary>
    private int Most => _lanes.Count != 16 ? 6 : Vectors switch { 1 => 28, 2 => 14, _ => 6 };

    /// <summary>Floats of the weights of a point, from all inputs to a block of outputs.</summary>
    private int BlockWeights => conv.In.PaddedChannels * 16;

    private bool Prefetches => width is not null && conv.TransformedWeights > ColdWeights;

    public void Emit(SourceWriter writer)
    {
        int count = (conv.Tiles + Most - 1) / Most, size = (conv.Tiles + count - 1) / count, last = conv.Tiles - (count - 1) * size;
        writer.Blank();
        writer.Line("// For every point: products[tile][output] = the sum over inputs of transformed[input][tile] * "
            + "weights[input][output].");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Multiply{Bits}(ref float transformed, ref float weights, ref float products)"))
        using (writer.Block($"for (nuint point = 0; point < {conv.Form.Points}; point++)"))
        {
            writer.Line("ref float x = ref Add(ref transformed, point * TilesPoint), w = ref Add(ref weights, point * WeightsPoint), y = "
                + "ref Add(ref products, point * ProductsPoint);");
            if (width is null)
                Textbook(writer);
            else
                Calls(writer, count, size, last);
        }

        if (width is null)
            return;

        foreach (int tiles in new[] { size, last }.Distinct())
            Tile(writer, tiles, PerTile / count);
    }

    private void Textbook(SourceWriter writer)
    {
        using (writer.Block("for (nuint tile = 0; tile < Tiles; tile++)"))
        using (writer.Block($"for (nuint o = 0; o < {conv.Group * 16}; o++)"))
        {
            writer.Line("float sum = 0f;");
            using (writer.Block($"for (nuint i = 0; i < {conv.In.PaddedChannels}; i++)"))
                writer.Line($"sum += Add(ref x, i / 16 * {conv.Tiles * 16} + tile * 16 + i % 16) * Add(ref w, o / 16 * {BlockWeights} + "
                    + $"i * 16 + o % 16);");

            writer.Blank();
            writer.Line($"Add(ref y, o / 16 * {conv.Tiles * 16} + tile * 16 + o % 16) = sum;");
        }
    }

    /// <summary>
    /// The register tiles of a point; the weights of the next one are asked for evenly, so that none waits for all of them.
    /// </summary>
    private void Calls(SourceWriter writer, int count, int size, int last)
    {
        int share = conv.In.PaddedChannels * PerTile / count, call = 0;
        for (int lane = 0; lane < conv.Group * 16; lane += PerTile)
        {
            string weights = Offset("w", Numbers.Text(lane / 16 * BlockWeights + lane % 16));
            string to(string tile) => Offset("y", Sum(tile, lane / 16 * conv.Tiles * 16 + lane % 16));
            if (count > 3)
            {
                string ahead = Prefetches
                    ? $", ref Add(ref w, (tile / {Numbers.Text(size)} + {Numbers.Text(call + count)}) * {Numbers.Text(share)})"
                    : "";
                using (writer.Block($"for (nuint tile = 0; tile < {(count - 1) * size}; tile += {size})"))
                    writer.Line($"Multiply{Bits}x{size}({Offset("x", "tile * 16")}, {weights}, {to("tile * 16")}{ahead});");

                call += count - 1;
            }
            else
            {
                for (int i = 0; i + 1 < count; i++)
                    writer.Line(
                        $"Multiply{Bits}x{size}({Offset("x", Numbers.Text(i * size * 16))}, {weights}, "
                            + $"{to(Numbers.Text(i * size * 16))}{Ahead(count + call++, share)});");
            }

            string from = Numbers.Text((count - 1) * size * 16);
            writer.Line($"Multiply{Bits}x{last}({Offset("x", from)}, {weights}, {to(from)}{Ahead(count + call++, share)});");
        }
    }

    private string Ahead(int call, int share) => Prefetches ? $", ref Add(ref w, {Numbers.Text(call * share)})" : "";

    private void Tile(SourceWriter writer, int tiles, int step)
    {
        writer.Blank();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Multiply{Bits}x{tiles}(ref float x, ref float w, ref float "
            + $"y{(Prefetches ? ", ref float ahead" : "")})"))
        {
            for (int t = 0; t < tiles; t++)
                writer.Line($"{_lanes.Type} {string.Join(", ", Enumerable.Range(0, Vectors).Select(v => $"{Sum(v, t)} = {_lanes.Zero}"))};");

            using (writer.Block($"for (nuint block = 0; block < {conv.In.Blocks}; block++)"))
            {
                using (writer.Block("for (nuint i = 0; i < 16; i++)"))
                {
                    writer.Line(
                        $"{_lanes.Type} {string.Join(", ", Enumerable.Range(0, Vectors).Select(v => $"w{v} = {_lanes.Load("w", Numbers.Text(_lanes.Count == 16 ? v * BlockWeights : v * _lanes.Count))}"))};");
                    for (int t = 0; t < tiles; t++)
                    {
                        string value = _lanes.Create(t == 0 ? "x" : $"Add(ref x, {Numbers.Text(t * 16)})");
                        writer.Line(Vectors == 1
                            ? $"{Sum(0, t)} = {_lanes.MultiplyAdd(value, "w0", Sum(0, t))};"
                            : $"var x{t} = {value}; "
                                + $"{string.Join(" ", Enumerable.Range(0, Vectors).Select(v => $"{Sum(v, t)} = {_lanes.MultiplyAdd($"x{t}", $"w{v}", Sum(v, t))};"))}");
                    }

                    if (Prefetches)
                    {
                        for (int line = 0; line < Math.Max(1, step / 16); line++)
                            writer.Line(
                                $"Prefetch.ToSecondLevel(ref Add(ref ahead, "
                                    + $"{Sum($"i % 4 * {Numbers.Text(conv.In.Blocks * step * 4)} + i / 4 * {Numbers.Text(step)}", line * 16)}));");
                    }

                    writer.Line("x = ref Add(ref x, 1);");
                    writer.Line("w = ref Add(ref w, 16);");
                }

                if (conv.In.Blocks > 1)
                {
                    writer.Blank();
                    writer.Line($"x = ref Add(ref x, {conv.Tiles * 16 - 16});");
                    if (Prefetches)
                        writer.Line($"ahead = ref Add(ref ahead, {step * 4});");
                }
            }

            writer.Blank();
            for (int t = 0; t < tiles; t++)
            {
                for (int v = 0; v < Vectors; v++)
                {
                    int at = _lanes.Count == 16 ? v * conv.Tiles * 16 : v * _lanes.Count;
                    writer.Line(_lanes.Store(Sum(v, t), "y", Numbers.Text(t * 16 + at)));
                }
            }
        }
    }

    private static string Sum(int vector, int tile) => $"{(char)('a' + vector)}{Numbers.Text(tile)}";

    private static string Sum(string tile, long offset)
        => offset == 0 ? tile : tile == "0" ? Numbers.Text(offset) : $"{tile} + {Numbers.Text(offset)}";

    private static string Offset(string from, string at) => at == "0" ? $"ref {from}" : $"ref Add(ref {from}, {at})";
}
