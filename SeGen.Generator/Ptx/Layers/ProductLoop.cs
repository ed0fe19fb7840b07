using SeGen.Generator.Text;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// A product of two matrices in fp32, on any device: sixteen threads beside each other, each with some rows and some columns.
/// </summary>
internal sealed class ProductLoop : IProductLoop
{
    // Rows that threads write along the depth are set apart by so many floats more, so that their writes meet in no bank.
    private const int Apart = 4;

    private readonly PtxWriter _writer;
    private readonly ProductTile _tile;
    private readonly ProductFactors _factors;
    private readonly string _beside, _below;

    /// <summary>Finds the thread's rows and columns.</summary>
    public ProductLoop(LayerContext context, ProductTile tile)
    {
        (_writer, _tile) = (context.Writer, tile);
        _factors = new ProductFactors(context, tile);
        _beside = _writer.Integer("and.b32", "beside", context.Thread.Number, Numbers.Text(ProductTile.Beside - 1));
        _below = _writer.Integer("shr.u32", "below", context.Thread.Number, "4");
    }

    // Four beside each other, and four in the block's other half.
    public IReadOnlyList<int> Rows => [.. Enumerable.Range(0, _tile.ThreadRows).Select(r => r % 4 + r / 4 * (_tile.Rows / 2))];

    public IReadOnlyList<int> Columns => [.. Enumerable.Range(0, _tile.ThreadColumns).Select(c => c % 4 + c / 4 * (_tile.Columns / 2))];

    public int Vector => 4;

    public IReadOnlyList<int> SumDistances => [8, 4, 2, 1];

    public string FirstOfSum => _beside;

    public int PartsBeside => 1;

    public string PartBeside => "0";

    public string FirstRow(string ofBlock) => _writer.Integer("mad.lo.u32", "rowOfThread", _below, "4", ofBlock);

    public string FirstColumn() => _writer.Integer("shl.b32", "columnOfThread", _beside, "2");

    public string[][] Run(ProductOperand left, ProductOperand right, string first, string end)
    {
        var (leftRow, rightRow) = (_tile.Rows + (left.IsAlongDepth ? Apart : 0), _tile.Columns + (right.IsAlongDepth ? Apart : 0));
        string[][] sums = [.. Rows.Select(_ => Columns.Select(_ => _writer.Real("mov.f32", "y", PtxWriter.Constant(0f))).ToArray())];
        string leftFrom = "", rightFrom = "";
        int rightAt = 0;
        string[] a = [.. Rows.Select(_ => _writer.Float("left"))], b = [.. Columns.Select(_ => _writer.Float("right"))];
        _factors.Run(
            left, right, first, end, leftRow, rightRow,
            (factors, rightOffset) =>
            {
                rightAt = rightOffset;
                leftFrom = _writer.Integer("mad.lo.u32", "leftFrom", _below, "16", factors);
                rightFrom = _writer.Integer("mad.lo.u32", "rightFrom", _beside, "16", factors);
                return [leftFrom, rightFrom];
            },
            () =>
            {
                for (int k = 0; k < ProductTile.Depth; k++)
                {
                    Quads(a, leftFrom, k * leftRow * 4, _tile.Rows);
                    Quads(b, rightFrom, rightAt + k * rightRow * 4, _tile.Columns);
                    for (int r = 0; r < sums.Length; r++)
                    {
                        for (int c = 0; c < sums[r].Length; c++)
                            _writer.Line($"fma.rn.f32 {sums[r][c]}, {a[r]}, {b[c]}, {sums[r][c]}");
                    }
                }
            });
        return sums;
    }

    /// <summary>The thread's rows or columns of a depth.</summary>
    private void Quads(string[] values, string from, int at, int all)
    {
        for (int first = 0; first < values.Length; first += 4)
            _writer.Line($"ld.shared.v4.f32 {{{string.Join(", ", values.Skip(first).Take(4))}}}, "
                + $"{PtxPhrases.Place(from, at + first / 4 * (all / (values.Length / 4)) * 4L)}");
    }
}
