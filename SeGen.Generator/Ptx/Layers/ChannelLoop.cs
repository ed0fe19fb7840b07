namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// Kernels that go through the pixels of each channel: a warp has a channel of an image, or a chunk of one where there are many pixels, so
/// that sums need no more than an exchange between lanes. Chunks follow from the shape alone, so that sums are added in the same order on
/// every device.
/// </summary>
internal sealed class ChannelLoop
{
    public const int Threads = 128;

    private const int Lanes = 32, Warps = Threads / Lanes;

    /// <summary>
    /// Parameters that are numbers: channels of all images; how many an image has; chunks of each; pixels of a chunk and of a channel.
    /// </summary>
    public static readonly string[] Numbers =
        ["units", .. LayerContext.Divisor("chunks"), .. LayerContext.Divisor("channels"), "chunkPixels", "pixels"];

    private readonly LayerContext _context;
    private readonly PtxWriter _writer;
    private readonly string _first, _end;

    /// <summary>Finds the warp's channel; warps without one leave.</summary>
    /// <param name="context">The kernel.</param>
    /// <param name="vector">Pixels that are loaded at once: 4 where channels have a multiple of that, else 1.</param>
    /// <param name="end">Where warps without a channel go.</param>
    public ChannelLoop(LayerContext context, int vector, string end)
    {
        (_context, _writer, Vector) = (context, context.Writer, vector);
        _writer.Phase("A warp has a channel of an image, or a chunk of one.");
        string unit = _writer.Integer("mad.lo.u32", "unit", context.Block("x", "block"), LayerContext.Text(Warps), context.Thread.Warp);
        context.SkipWhere(_writer.Compare("ge.u32", "isBeyond", unit, context.Number("units")), end);
        (Row, Chunk) = context.Divide(unit, "chunks", "row", "chunk");
        (Image, Channel) = context.Divide(Row, "channels", "image", "channel");
        string from = _writer.Integer("mul.lo.u32", "from", Chunk, context.Number("chunkPixels"));
        _first = _writer.Integer("mad.lo.u32", "pixel", context.Thread.Lane, LayerContext.Text(vector), from);
        _end = _writer.Integer("add.u32", "endOfChunk", from, context.Number("chunkPixels"));
        _writer.Line($"min.u32 {_end}, {_end}, {context.Number("pixels")}");
        RowAt = _writer.Integer("mul.lo.u32", "rowAt", Row, context.Number("pixels"));
    }

    /// <summary>Pixels that are loaded at once.</summary>
    public int Vector { get; }

    /// <summary>The channel, counted through all images.</summary>
    public string Row { get; }

    /// <summary>The floats before it in a tensor of the loop's size.</summary>
    public string RowAt { get; }

    public string Image { get; }

    public string Channel { get; }

    public string Chunk { get; }

    /// <summary>Where a vector is loaded or stored: ".v4.f32" or ".f32".</summary>
    public string Suffix => Vector == 4 ? ".v4.f32" : ".f32";

    /// <summary>Pixels of the chunk.</summary>
    public string Count()
        => _writer.Integer(
            "sub.u32", "countOfChunk", _end, _writer.Integer("mul.lo.u32", "beforeChunk", Chunk, _context.Number("chunkPixels")));

    /// <summary>Stores a vector, added to what is there where a predicate holds.</summary>
    public void Send(string isGiven, string array, string at, string[] values, string adds)
    {
        string sends = _writer.Label($"no_{array}"), known = _writer.Label($"{array}_known");
        _writer.Line($"@!{isGiven} bra {sends}");
        string[] to = Registers("to");
        for (int i = 0; i < Vector; i++)
            _writer.Line($"mov.f32 {to[i]}, {values[i]}");

        _writer.Line($"@!{adds} bra {known}");
        string[] before = Load(array, at);
        for (int i = 0; i < Vector; i++)
            _writer.Line($"add.rn.f32 {to[i]}, {to[i]}, {before[i]}");

        _writer.Place(known);
        Store(array, at, to);
        _writer.Place(sends);
    }

    /// <summary>The thread's vectors, one after the other.</summary>
    /// <param name="body">Given the first pixel's number in its channel, and in the tensor.</param>
    public void Each(Action<string, string> body)
        => _writer.Loop(
            "p", _first, _end, LayerContext.Text(Lanes * Vector), pixel => body(pixel, _writer.Integer("add.u32", "at", RowAt, pixel)));

    /// <summary>Registers for a vector.</summary>
    public string[] Registers(string role) => [.. Enumerable.Range(0, Vector).Select(_ => _writer.Float(role))];

    /// <summary>A vector of a tensor.</summary>
    public string[] Load(string array, string at, string instruction = "ld.global")
    {
        string[] values = Registers(array);
        _writer.Line($"{instruction}{Suffix} {Operand(values)}, [{_context.At(array, at)}]");
        return values;
    }

    /// <summary>A vector of a tensor that may not be given: zeros then.</summary>
    public string[] LoadIf(string isGiven, string array, string at)
    {
        string[] values = [.. Registers(array).Select(r => Zero(r))];
        _writer.Line($"@{isGiven} ld.global{Suffix} {Operand(values)}, [{_context.At(array, at)}]");
        return values;
    }

    public void Store(string array, string at, string[] values)
        => _writer.Line($"st.global{Suffix} [{_context.At(array, at)}], {Operand(values)}");

    /// <summary>A float that belongs to a channel of an image, or to a channel; a constant where the array is not given.</summary>
    public string Of(string isGiven, string array, string index, float otherwise)
    {
        string value = _writer.Real("mov.f32", array, PtxWriter.Constant(otherwise));
        _writer.Line($"@{isGiven} ld.global.f32 {value}, [{_context.At(array, index)}]");
        return value;
    }

    /// <summary>A sum, or a maximum, that begins with something.</summary>
    public string Begin(string role, float value) => _writer.Real("mov.f32", role, PtxWriter.Constant(value));

    /// <summary>
    /// Leaves what the lanes have together as the chunk's: arrays have a float for each image, chunk and channel, in this order.
    /// </summary>
    public void Keep(string array, string value, Func<string, string, string> combine)
    {
        string of = _writer.OverWarp(combine, value), isFirst = _writer.Compare("eq.u32", "isFirst", _context.Thread.Lane, "0");
        _writer.Line($"@{isFirst} st.global.f32 [{_context.At(array, PartAt())}], {of}");
    }

    /// <summary>Where the chunk's float stands in such an array.</summary>
    public string PartAt()
    {
        string part = _writer.Integer("mad.lo.u32", "part", Image, _context.Number("chunks"), Chunk);
        return _writer.Integer("mad.lo.u32", "partAt", part, _context.Number("channels"), Channel);
    }

    public static string Operand(string[] values) => values.Length == 1 ? values[0] : $"{{{string.Join(", ", values)}}}";

    /// <summary>Whether a parameter is not 0.</summary>
    public string Is(string number) => _writer.Compare("ne.u32", $"is_{number}", _context.Number(number), "0");

    private string Zero(string register)
    {
        _writer.Line($"mov.f32 {register}, {PtxWriter.Constant(0f)}");
        return register;
    }
}
