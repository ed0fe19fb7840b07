using SeGen.Generator.Text;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// A product of two matrices on tensor cores, in TF32: factors are rounded to ten bits behind the point when they are put into shared
/// memory, sums are fp32 (PTX ISA, section 9.7.13, mma.m16n8k8). A warp has 32 rows and a part of the columns.
/// </summary>
internal sealed class TensorLoop : IProductLoop
{
    // Rows of shared memory lie 8 banks apart, so that the 4 x 8 lanes of a fragment meet in none.
    private const int Apart = 8, WarpRows = 32, FragmentRows = 16, FragmentColumns = 8;

    private readonly PtxWriter _writer;
    private readonly ProductTile _tile;
    private readonly ProductFactors _factors;
    private readonly string _group, _lane, _firstRow, _firstColumn;

    public TensorLoop(LayerContext context, ProductTile tile)
    {
        (_writer, _tile) = (context.Writer, tile);
        _factors = new ProductFactors(context, tile);
        _writer.Phase("The warp's rows and columns, and the lane's place in a fragment.");
        _group = _writer.Integer("shr.u32", "groupOfLanes", context.Thread.Lane, "2");
        _lane = _writer.Integer("and.b32", "laneOfGroup", context.Thread.Lane, "3");
        int warpsBelow = tile.Rows / WarpRows;
        string warpRow = _writer.Integer("and.b32", "warpRow", context.Thread.Warp, Numbers.Text(warpsBelow - 1));
        PartBeside = _writer.Integer("shr.u32", "warpColumn", context.Thread.Warp, Numbers.Text(Log(warpsBelow)));
        _firstRow = _writer.Integer("mad.lo.u32", "fragmentRow", warpRow, Numbers.Text(WarpRows), _group);
        _firstColumn = _writer.Integer("mul.lo.u32", "fragmentColumn", PartBeside, Numbers.Text(WarpColumns));
    }

    public int PartsBeside => _tile.Threads / 32 / (_tile.Rows / WarpRows);

    public string PartBeside { get; }

    public int Vector => 2;

    public IReadOnlyList<int> SumDistances => [2, 1];

    public string FirstOfSum => _lane;

    public IReadOnlyList<int> Rows
        => [.. from m in Enumerable.Range(0, WarpRows / FragmentRows) from half in new[] { 0, 8 } select m * FragmentRows + half];

    public IReadOnlyList<int> Columns
        => [.. from n in Enumerable.Range(0, WarpColumns / FragmentColumns) from one in new[] { 0, 1 } select n * FragmentColumns + one];

    public string FirstRow(string ofBlock) => _writer.Integer("add.u32", "rowOfThread", ofBlock, _firstRow);

    public string FirstColumn()
    {
        string column = _writer.Integer("shl.b32", "columnOfThread", _lane, "1");
        _writer.Line($"add.u32 {column}, {column}, {_firstColumn}");
        return column;
    }

    private int WarpColumns => _tile.Columns / PartsBeside;

    public string[][] Run(ProductOperand left, ProductOperand right, string first, string end)
    {
        int leftRow = _tile.Rows + Apart, rightRow = _tile.Columns + Apart;
        string[][] sums = [.. Rows.Select(_ => Columns.Select(_ => _writer.Real("mov.f32", "y", PtxWriter.Constant(0f))).ToArray())];
        string leftFrom = "", rightFrom = "";
        int rightAt = 0;
        int fragments = WarpColumns / FragmentColumns;
        string[] a = [.. Enumerable.Range(0, 4).Select(_ => _writer.Index("a"))], b =
            [.. Enumerable.Range(0, 2 * fragments).Select(_ => _writer.Index("b"))];
        _factors.Run(
            left, right, first, end, leftRow, rightRow,
            (factors, rightOffset) =>
            {
                rightAt = rightOffset;
                leftFrom = Fragment("leftFrom", factors, leftRow, _firstRow);
                rightFrom = Fragment("rightFrom", factors, rightRow, _writer.Integer("add.u32", "column", _firstColumn, _group));
                return [leftFrom, rightFrom];
            },
            () =>
            {
                for (int i = 0; i < b.Length; i++)
                    _writer.Line(
                        $"ld.shared.b32 {b[i]}, "
                            + $"{PtxPhrases.Place(rightFrom, rightAt + 4L * (i / 2 * FragmentColumns + i % 2 * 4 * rightRow))}");

                for (int m = 0; m < WarpRows / FragmentRows; m++)
                {
                    for (int i = 0; i < 4; i++)
                        _writer.Line(
                            $"ld.shared.b32 {a[i]}, "
                                + $"{PtxPhrases.Place(leftFrom, 4L * (m * FragmentRows + i % 2 * 8 + i / 2 * 4 * leftRow))}");

                    for (int n = 0; n < fragments; n++)
                    {
                        string[] c = [sums[2 * m][2 * n], sums[2 * m][2 * n + 1], sums[2 * m + 1][2 * n], sums[2 * m + 1][2 * n + 1]];
                        string d = $"{{{string.Join(", ", c)}}}";
                        _writer.Line(
                            $"mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {d}, {{{string.Join(", ", a)}}}, {{{b[2 * n]}, "
                                + $"{b[2 * n + 1]}}}, {d}");
                    }
                }
            },
            Round);
        return sums;
    }

    /// <summary>Where a lane's part of the first fragment stands: its depth is the lane's place in its group.</summary>
    private string Fragment(string role, string factors, int row, string line)
    {
        string from = _writer.Integer("mad.lo.u32", role, _lane, Numbers.Text(row * 4), factors);
        _writer.Line($"mad.lo.u32 {from}, {line}, 4, {from}");
        return from;
    }

    /// <summary>A factor as the tensor cores take it.</summary>
    private string Round(string value)
    {
        string rounded = _writer.Integer("cvt.rna.tf32.f32", "rounded", value), real = _writer.Float("factor");
        _writer.Line($"mov.b32 {real}, {rounded}");
        return real;
    }

    private static int Log(int power) => power <= 1 ? 0 : 1 + Log(power / 2);
}
