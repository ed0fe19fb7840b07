using SeGen.Generator.Text;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// The factors of a product, step by step: while a step's are multiplied from one half of shared memory, the next step's are on their way,
/// first to registers, then to the other half, so that a step has one barrier.
/// </summary>
internal sealed class ProductFactors(LayerContext context, ProductTile tile)
{
    private readonly PtxWriter _writer = context.Writer;

    /// <summary>Goes through the steps.</summary>
    /// <param name="left">Rows.</param>
    /// <param name="right">Columns.</param>
    /// <param name="first">The first depth.</param>
    /// <param name="end">Where depths end for this block.</param>
    /// <param name="leftRow">Floats of shared memory for a depth's rows.</param>
    /// <param name="rightRow">Those for its columns.</param>
    /// <param name="begin">Given where factors begin, and bytes to the right ones: finds the addresses that it multiplies from.</param>
    /// <param name="multiply">Multiplies a step's factors from there.</param>
    /// <param name="round">What is made of a factor before it is kept; null for nothing.</param>
    public void Run(
        ProductOperand left, ProductOperand right, string first, string end, int leftRow, int rightRow, Func<string, int, string[]> begin,
        Action multiply, Func<string, string>? round = null)
    {
        int rightAt = ProductTile.Depth * leftRow * 4, stage = rightAt + ProductTile.Depth * rightRow * 4;
        string factors = _writer.Integer("mov.u32", "factors", _writer.Shared("factors_of_step", stage / 2));

        _writer.Phase("Who loads what.");
        (string leftTo, int leftStep) = Assign(left, first, tile.Rows, leftRow, factors, 0);
        (string rightTo, int rightStep) = Assign(right, first, tile.Columns, rightRow, factors, rightAt);
        string[] from = begin(factors, rightAt);
        string turn = _writer.Integer("mov.u32", "turn", Numbers.Text(stage)), depth = _writer.Integer("mov.u32", "depth", first);

        _writer.Phase("The first step's factors.");
        Store(left.Load(), leftTo, leftStep, round);
        Store(right.Load(), rightTo, rightStep, round);
        _writer.Line("bar.sync 0");
        string top = _writer.Label("step"), done = _writer.Label("multiplied"), isMore = _writer.Predicate("isMore");
        _writer.Place(top);

        _writer.Phase("The next step's, on their way while this one's are multiplied.");
        left.Advance();
        right.Advance();
        string[] nextLeft = left.Load(), nextRight = right.Load();
        _writer.Phase("Sums of products.");
        multiply();
        _writer.Line($"add.u32 {depth}, {depth}, {Numbers.Text(ProductTile.Depth)}");
        _writer.Line($"setp.lt.u32 {isMore}, {depth}, {end}");
        _writer.Line($"@!{isMore} bra {done}");
        foreach (string address in (string[])[leftTo, rightTo, .. from])
            _writer.Line($"add.u32 {address}, {address}, {turn}");

        _writer.Line($"neg.s32 {turn}, {turn}");
        Store(nextLeft, leftTo, leftStep, round);
        Store(nextRight, rightTo, rightStep, round);
        _writer.Line("bar.sync 0");
        _writer.Line($"bra {top}");
        _writer.Place(done);
    }

    /// <summary>Gives the operand its floats, and says where they go: an address, and bytes from one to the next.</summary>
    private (string Address, int Step) Assign(ProductOperand operand, string first, int lines, int row, string factors, int at)
    {
        int count = ProductTile.Depth * lines / tile.Threads;
        string thread = context.Thread.Number;
        string inner = operand.IsAlongDepth
            ? _writer.Integer("and.b32", "inStep", thread, Numbers.Text(ProductTile.Depth - 1))
            : _writer.Integer("and.b32", "line", thread, Numbers.Text(lines - 1));
        int beside = operand.IsAlongDepth ? ProductTile.Depth : lines, apart = tile.Threads / beside;
        string outer = _writer.Integer("shr.u32", operand.IsAlongDepth ? "line" : "inStep", thread, Numbers.Text(Log(beside)));
        var (inStep, line) = operand.IsAlongDepth ? (inner, outer) : (outer, inner);
        string depth = _writer.Integer("add.u32", "depthOf", first, inStep);
        string[] depths = [.. Enumerable.Range(0, count).Select(
            i => operand.IsAlongDepth || i == 0 ? depth : _writer.Integer("add.u32", "depthOf", depth, Numbers.Text(i * apart)))];
        string[] all = [.. Enumerable.Range(0, count).Select(
            i => !operand.IsAlongDepth || i == 0 ? line : _writer.Integer("add.u32", "line", line, Numbers.Text(i * apart)))];
        operand.Begin(depths, all);
        string to = _writer.Integer("mad.lo.u32", "to", inStep, Numbers.Text(row * 4), factors);
        _writer.Line($"mad.lo.u32 {to}, {line}, 4, {to}");
        if (at > 0)
            _writer.Line($"add.u32 {to}, {to}, {Numbers.Text(at)}");

        return (to, (operand.IsAlongDepth ? apart : apart * row) * 4);
    }

    private void Store(string[] values, string to, int step, Func<string, string>? round)
    {
        for (int i = 0; i < values.Length; i++)
            _writer.Line($"st.shared.f32 {PtxPhrases.Place(to, (long)i * step)}, {(round is null ? values[i] : round(values[i]))}");
    }

    private static int Log(int power) => power <= 1 ? 0 : 1 + Log(power / 2);
}
