using SeGen.Generator.Emit;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// A product of two matrices in fp32: while a step's factors are multiplied from one half of shared memory, the next step's are on their way, first to
/// registers, then to the other half, so that a step has one barrier.
/// </summary>
internal sealed class ProductLoop
{
    // Rows that threads write along the depth are set apart by so many floats more, so that their writes meet in no bank.
    private const int Apart = 4;

    private readonly LayerContext _context;
    private readonly PtxWriter _writer;
    private readonly ProductTile _tile;

    /// <summary>Finds the thread's rows and columns.</summary>
    public ProductLoop(LayerContext context, ProductTile tile)
    {
        (_context, _writer, _tile) = (context, context.Writer, tile);
        Beside = _writer.Integer("and.b32", "beside", context.Thread.Number, Numbers.Text(ProductTile.Beside - 1));
        Below = _writer.Integer("shr.u32", "below", context.Thread.Number, "4");
    }

    /// <summary>Which of the threads beside each other this is.</summary>
    public string Beside { get; }

    /// <summary>Which of those below each other.</summary>
    public string Below { get; }

    /// <summary>Multiplies.</summary>
    /// <param name="left">Rows.</param>
    /// <param name="right">Columns.</param>
    /// <param name="first">The first depth, a multiple of <see cref="ProductTile.Depth"/>.</param>
    /// <param name="end">Where depths end for this block.</param>
    /// <returns>The sums of the thread, by row and column.</returns>
    public string[][] Run(ProductOperand left, ProductOperand right, string first, string end)
    {
        var (leftRow, rightRow) = (_tile.Rows + (left.IsAlongDepth ? Apart : 0), _tile.Columns + (right.IsAlongDepth ? Apart : 0));
        int rightAt = ProductTile.Depth * leftRow * 4, stage = rightAt + ProductTile.Depth * rightRow * 4;
        string factors = _writer.Integer("mov.u32", "factors", _writer.Shared("factors_of_step", stage / 2));

        _writer.Phase("Who loads what.");
        (string[] leftTo, int leftStep) = Assign(left, first, _tile.Rows, leftRow, factors, 0);
        (string[] rightTo, int rightStep) = Assign(right, first, _tile.Columns, rightRow, factors, rightAt);
        string leftFrom = _writer.Integer("mad.lo.u32", "leftFrom", Below, "16", factors);
        string rightFrom = _writer.Integer("mad.lo.u32", "rightFrom", Beside, "16", factors);
        string turn = _writer.Integer("mov.u32", "turn", Numbers.Text(stage)), depth = _writer.Integer("mov.u32", "depth", first);
        string[][] sums = [.. Enumerable.Range(0, _tile.ThreadRows).Select(_ => Enumerable.Range(0, _tile.ThreadColumns).Select(_ => _writer.Real("mov.f32", "y", PtxWriter.Constant(0f))).ToArray())];

        _writer.Phase("The first step's factors.");
        Store(left.Load(), leftTo[0], leftStep);
        Store(right.Load(), rightTo[0], rightStep);
        _writer.Line("bar.sync 0");
        string top = _writer.Label("step"), done = _writer.Label("multiplied"), isMore = _writer.Predicate("isMore");
        _writer.Place(top);

        _writer.Phase("The next step's, on their way while this one's are multiplied.");
        left.Advance();
        right.Advance();
        string[] nextLeft = left.Load(), nextRight = right.Load();
        _writer.Phase("Sums of products.");
        Multiply(sums, leftFrom, leftRow, rightFrom, rightAt, rightRow);
        _writer.Line($"add.u32 {depth}, {depth}, {Numbers.Text(ProductTile.Depth)}");
        _writer.Line($"setp.lt.u32 {isMore}, {depth}, {end}");
        _writer.Line($"@!{isMore} bra {done}");
        foreach (string to in (string[])[leftTo[0], rightTo[0]])
            _writer.Line($"add.u32 {to}, {to}, {turn}");

        foreach (string from in (string[])[leftFrom, rightFrom])
            _writer.Line($"add.u32 {from}, {from}, {turn}");

        _writer.Line($"neg.s32 {turn}, {turn}");
        Store(nextLeft, leftTo[0], leftStep);
        Store(nextRight, rightTo[0], rightStep);
        _writer.Line("bar.sync 0");
        _writer.Line($"bra {top}");
        _writer.Place(done);
        return sums;
    }

    /// <summary>Gives the operand its floats, and says where they go: an address, and bytes from one to the next.</summary>
    private (string[] Address, int Step) Assign(ProductOperand operand, string first, int lines, int row, string factors, int at)
    {
        int count = ProductTile.Depth * lines / _tile.Threads;
        string thread = _context.Thread.Number;
        string inner = operand.IsAlongDepth
            ? _writer.Integer("and.b32", "inStep", thread, Numbers.Text(ProductTile.Depth - 1))
            : _writer.Integer("and.b32", "line", thread, Numbers.Text(lines - 1));
        int beside = operand.IsAlongDepth ? ProductTile.Depth : lines, apart = _tile.Threads / beside;
        string outer = _writer.Integer("shr.u32", operand.IsAlongDepth ? "line" : "inStep", thread, Numbers.Text(Log(beside)));
        var (inStep, line) = operand.IsAlongDepth ? (inner, outer) : (outer, inner);
        string depth = _writer.Integer("add.u32", "depthOf", first, inStep);
        string[] depths = [.. Enumerable.Range(0, count).Select(i => operand.IsAlongDepth || i == 0 ? depth : _writer.Integer("add.u32", "depthOf", depth, Numbers.Text(i * apart)))];
        string[] all = [.. Enumerable.Range(0, count).Select(i => !operand.IsAlongDepth || i == 0 ? line : _writer.Integer("add.u32", "line", line, Numbers.Text(i * apart)))];
        operand.Begin(depths, all);
        string to = _writer.Integer("mad.lo.u32", "to", inStep, Numbers.Text(row * 4), factors);
        _writer.Line($"mad.lo.u32 {to}, {line}, 4, {to}");
        if (at > 0)
            _writer.Line($"add.u32 {to}, {to}, {Numbers.Text(at)}");

        return ([to], (operand.IsAlongDepth ? apart : apart * row) * 4);
    }

    private void Store(string[] values, string to, int step)
    {
        for (int i = 0; i < values.Length; i++)
            _writer.Line($"st.shared.f32 {PtxPhrases.Place(to, (long)i * step)}, {values[i]}");
    }

    private void Multiply(string[][] sums, string leftFrom, int leftRow, string rightFrom, int rightAt, int rightRow)
    {
        string[] left = [.. Enumerable.Range(0, _tile.ThreadRows).Select(_ => _writer.Float("left"))], right = [.. Enumerable.Range(0, _tile.ThreadColumns).Select(_ => _writer.Float("right"))];
        for (int k = 0; k < ProductTile.Depth; k++)
        {
            Quads(left, leftFrom, k * leftRow * 4, _tile.Rows);
            Quads(right, rightFrom, rightAt + k * rightRow * 4, _tile.Columns);
            for (int r = 0; r < sums.Length; r++)
            {
                for (int c = 0; c < sums[r].Length; c++)
                    _writer.Line($"fma.rn.f32 {sums[r][c]}, {left[r]}, {right[c]}, {sums[r][c]}");
            }
        }
    }

    /// <summary>The thread's rows or columns: four beside each other, and four in the block's second half.</summary>
    private void Quads(string[] values, string from, int at, int all)
    {
        for (int first = 0; first < values.Length; first += 4)
            _writer.Line($"ld.shared.v4.f32 {{{string.Join(", ", values.Skip(first).Take(4))}}}, {PtxPhrases.Place(from, at + first / 4 * (all / (values.Length / 4)) * 4L)}");
    }

    private static int Log(int power)
    {
        int log = 0;
        while (1 << log < power)
            log++;

        return log;
    }
}
