namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// The end of a convolution, row after row of a thread: batch norm, residual, activation, and the sums of each channel for a gate.
/// </summary>
internal sealed class ConvFinish
{
    private readonly LayerContext _context;
    private readonly PtxWriter _writer;
    private readonly IProductLoop _loop;
    private readonly ActivationCode.ActivationOf _activation;

    // Rows use the same registers one after the other.
    private readonly string _row, _channel, _at, _scale, _shift, _total, _isRow, _isHere, _address;
    private readonly string[] _residual;

    public ConvFinish(LayerContext context, IProductLoop loop, ActivationCode activation)
    {
        (_context, _writer, _loop) = (context, context.Writer, loop);
        _writer.Phase("What the end of all rows needs.");
        context.Know("yImage", "yChannel", "yRow", "yColumn", "yFirst", "isPartial", "isVector", "sectionTiles", "rows", "rowsOfAll");
        _activation = activation.Begin(context);
        (_row, _channel, _at) = (_writer.Index("row"), _writer.Index("channel"), _writer.Index("at"));
        (_scale, _shift, _total) = (_writer.Float("scale"), _writer.Float("shift"), _writer.Float("total"));
        (_isRow, _isHere, _address) = (_writer.Predicate("isRow"), _writer.Predicate("isHere"), _writer.Address("address"));
        _residual = [.. loop.Columns.Select(_ => _writer.Float("residual"))];
    }

    /// <summary>Finishes a thread's sums.</summary>
    /// <param name="sums">By row and column.</param>
    /// <param name="pixel">Finds a pixel by its column within the block.</param>
    /// <param name="split">Which part of the depth the sums are of.</param>
    /// <param name="group">The group.</param>
    /// <param name="firstRow">The block's first row within it.</param>
    /// <param name="tileOfAll">Which of all the blocks that have pixels it is.</param>
    public void Write(string[][] sums, Func<string, ConvPixel> pixel, string split, string group, string firstRow, string tileOfAll)
    {
        _writer.Phase("Where the thread's pixels are written.");
        string start = _writer.Integer("mad.lo.u32", "start", split, _context.Number("ySplit"), _context.Number("yFirst"));
        (string At, string IsThere)[] places = [.. Places(start, pixel)];
        string isPartial = _writer.Compare(
            "ne.u32", "isPart", _context.Number("isPartial"),
            "0"), isVector = _writer.Compare("ne.u32", "isWhole", _context.Number("isVector"), "0");
        string hasScale = _context.IsGiven("scale"), hasShift =
            _context.IsGiven("shift"), hasResidual = _context.IsGiven("residual"), hasSums = _context.IsGiven("sums");
        string below = _loop.FirstRow(firstRow), ofGroup = _writer.Integer("mul.lo.u32", "rowsBefore", group, _context.Number("rows"));
        string part = _loop.PartsBeside == 1
            ? tileOfAll
            : _writer.Integer("mad.lo.u32", "partOfAll", tileOfAll, LayerContext.Text(_loop.PartsBeside), _loop.PartBeside);
        string sumsAt = _writer.Integer("mul.lo.u32", "sumsOfPart", part, _context.Number("rowsOfAll"));
        for (int r = 0; r < sums.Length; r++)
        {
            _writer.Phase($"Row {LayerContext.Text(r)} of the thread.");
            string write = _writer.Label("write");
            _writer.Line($"add.u32 {_row}, {below}, {LayerContext.Text(_loop.Rows[r])}");
            _writer.Line($"setp.lt.u32 {_isRow}, {_row}, {_context.Number("rows")}");
            _writer.Line($"add.u32 {_channel}, {ofGroup}, {_row}");
            _writer.Line($"@{isPartial} bra {write}");
            OfChannel("scale", _scale, hasScale, 1f);
            OfChannel("shift", _shift, hasShift, 0f);
            foreach (string residual in _residual)
                _writer.Line($"mov.f32 {residual}, {PtxWriter.Constant(0f)}");

            _context.Only(hasResidual, "no_residual", () => Access("ld.global", "residual", _residual, places, isVector, isLoad: true));
            for (int c = 0; c < places.Length; c++)
            {
                _writer.Line($"fma.rn.f32 {sums[r][c]}, {sums[r][c]}, {_scale}, {_shift}");
                _writer.Line($"add.rn.f32 {sums[r][c]}, {sums[r][c]}, {_residual[c]}");
            }

            _activation.Apply(sums[r]);
            _context.Only(hasSums, "no_sums", () => Sum(sums[r], places, sumsAt));
            _writer.Place(write);
            Access("st.global", "y", sums[r], places, isVector, isLoad: false);
        }
    }

    /// <summary>Where each column of the thread is written, without its channel, and whether it is there.</summary>
    private IEnumerable<(string At, string IsThere)> Places(string start, Func<string, ConvPixel> pixel)
    {
        string first = _loop.FirstColumn();
        foreach (int behind in _loop.Columns)
        {
            ConvPixel at = pixel(behind == 0 ? first : _writer.Integer("add.u32", "column", first, LayerContext.Text(behind)));
            string place = _writer.Integer("mad.lo.u32", "place", at.Image, _context.Number("yImage"), start);
            _writer.Line($"mad.lo.u32 {place}, {at.Row}, {_context.Number("yRow")}, {place}");
            _writer.Line($"mad.lo.u32 {place}, {at.Column}, {_context.Number("yColumn")}, {place}");
            yield return (place, at.IsThere);
        }
    }

    private void OfChannel(string array, string register, string isGiven, float otherwise)
    {
        _writer.Line($"mov.f32 {register}, {PtxWriter.Constant(otherwise)}");
        _writer.Line($"and.pred {_isHere}, {isGiven}, {_isRow}");
        _writer.Line($"mad.wide.u32 {_address}, {_channel}, 4, {_context[array]}");
        _writer.Line($"@{_isHere} ld.global.nc.f32 {register}, [{_address}]");
    }

    /// <summary>
    /// Loads or stores a row: those beside each other at once, where images have a multiple of that, one behind the other.
    /// </summary>
    private void Access(
        string instruction, string array, string[] values, (string At, string IsThere)[] places, string isVector, bool isLoad)
    {
        string single = _writer.Label("single"), done = _writer.Label("done");
        _writer.Line($"@!{isVector} bra {single}");
        for (int c = 0; c < values.Length; c += _loop.Vector)
        {
            At(array, places[c]);
            string vector = $"{{{string.Join(", ", values.Skip(c).Take(_loop.Vector))}}}";
            _writer.Line($"@{_isHere} {instruction}.v{LayerContext.Text(_loop.Vector)}.f32 "
                + $"{(isLoad ? $"{vector}, [{_address}]" : $"[{_address}], {vector}")}");
        }

        _writer.Line($"bra {done}");
        _writer.Place(single);
        for (int c = 0; c < values.Length; c++)
        {
            At(array, places[c]);
            _writer.Line($"@{_isHere} {instruction}.f32 {(isLoad ? $"{values[c]}, [{_address}]" : $"[{_address}], {values[c]}")}");
        }

        _writer.Place(done);
    }

    private void At(string array, (string At, string IsThere) place)
    {
        _writer.Line($"and.pred {_isHere}, {_isRow}, {place.IsThere}");
        _writer.Line($"mad.lo.u32 {_at}, {_channel}, {_context.Number("yChannel")}, {place.At}");
        _writer.Line($"mad.wide.u32 {_address}, {_at}, 4, {_context[array]}");
    }

    /// <summary>
    /// The channel's sum over the block's pixels: of the thread's, then over the threads beside each other, always in the same order.
    /// </summary>
    private void Sum(string[] values, (string At, string IsThere)[] places, string sumsAt)
    {
        _writer.Line($"mov.f32 {_total}, {PtxWriter.Constant(0f)}");
        for (int c = 0; c < values.Length; c++)
            _writer.Line($"@{places[c].IsThere} add.rn.f32 {_total}, {_total}, {values[c]}");

        foreach (int distance in _loop.SumDistances)
        {
            _writer.Line($"mov.b32 {_at}, {_total}");
            _writer.Line($"shfl.sync.bfly.b32 {_at}, {_at}, {LayerContext.Text(distance)}, 31, 0xffffffff");
            _writer.Line($"mov.b32 {_shift}, {_at}");
            _writer.Line($"add.rn.f32 {_total}, {_total}, {_shift}");
        }

        _writer.Line($"setp.eq.and.u32 {_isHere}, {_loop.FirstOfSum}, 0, {_isRow}");
        _writer.Line($"add.u32 {_at}, {sumsAt}, {_channel}");
        _writer.Line($"mad.wide.u32 {_address}, {_at}, 4, {_context["sums"]}");
        _writer.Line($"@{_isHere} st.global.f32 [{_address}], {_total}");
    }
}
