using SeGen.Generator.Emit;

namespace SeGen.Generator.Ptx;

/// <summary>Which part of which channel a thread works on, and the vectors of it that are its own.</summary>
internal sealed class GateUnit
{
    private readonly PtxWriter _writer;
    private readonly GateLaunch _launch;
    private readonly string _first, _bound;

    /// <summary>Finds out; threads that have no channel branch to a label.</summary>
    /// <param name="writer">The kernel.</param>
    /// <param name="launch">The shape.</param>
    /// <param name="isReversed">Whether the last channels come first.</param>
    /// <param name="without">Where threads without a channel go.</param>
    public GateUnit(PtxWriter writer, GateLaunch launch, bool isReversed, string without)
    {
        (_writer, _launch) = (writer, launch);
        writer.Phase(launch.IsWarps ? "A warp has a channel." : launch.Parts == 1 ? "A block has a channel." : $"A block has one of the {Numbers.Text(launch.Parts)} parts of a channel.");
        Thread = writer.Integer("mov.u32", "thread", "%tid.x");
        Lane = writer.Integer("and.b32", "lane", Thread, Numbers.Text(GateLaunch.Lanes - 1));
        Warp = writer.Integer("shr.u32", "warp", Thread, "5");
        string block = writer.Integer("mov.u32", "block", "%ctaid.x");
        if (isReversed)
        {
            string last = writer.Integer("mov.u32", "last", "%nctaid.x");
            writer.Line($"sub.u32 {last}, {last}, 1");
            writer.Line($"sub.u32 {block}, {last}, {block}");
        }

        string blocks = Numbers.Text(launch.BlocksOfImage);
        Image = writer.Integer("div.u32", "image", block, blocks);
        string ofImage = writer.Integer("rem.u32", "blockOfImage", block, blocks);
        Unit = launch.IsWarps ? writer.Integer("mad.lo.u32", "unit", ofImage, Numbers.Text(launch.UnitsOfBlock), Warp) : ofImage;
        Pixels = launch.IsOpen ? writer.Index("pixels") : Numbers.Text(launch.Pixels);
        if (launch.IsOpen)
            writer.Line($"ld.param.u32 {Pixels}, [pixels]");

        if (launch.IsWarps && launch.Units % launch.UnitsOfBlock != 0)
        {
            string isBeyond = writer.Compare("ge.u32", "isBeyond", Unit, Numbers.Text(launch.Units));
            writer.Line($"@{isBeyond} bra {without}");
        }

        Channel = launch.Parts == 1 ? Unit : writer.Integer("div.u32", "channel", Unit, Numbers.Text(launch.Parts));
        ThreadOfUnit = launch.IsWarps ? Lane : Thread;
        if (launch.Parts == 1)
        {
            (_first, _bound) = (ThreadOfUnit, launch.IsOpen ? Pixels : Numbers.Text(launch.Vectors));
            return;
        }

        // From a part's first vector on, to its end or that of the channel.
        string part = writer.Integer("rem.u32", "part", Unit, Numbers.Text(launch.Parts));
        string start = writer.Integer("mul.lo.u32", "start", part, Numbers.Text(launch.PartVectors));
        _first = writer.Integer("add.u32", "first", start, ThreadOfUnit);
        _bound = writer.Integer("add.u32", "bound", start, Numbers.Text(launch.PartVectors));
        if (launch.HasShortPart)
            writer.Line($"min.u32 {_bound}, {_bound}, {Numbers.Text(launch.Vectors)}");
    }

    public string Thread { get; }

    public string Lane { get; }

    public string Warp { get; }

    public string Image { get; }

    /// <summary>The unit's number in its image.</summary>
    public string Unit { get; }

    public string Channel { get; }

    /// <summary>Pixels of a channel: a number, or a register where they come with the launch.</summary>
    public string Pixels { get; }

    private string ThreadOfUnit { get; }

    /// <summary>The address of the thread's first vector in a tensor.</summary>
    public string AddressIn(string tensor)
    {
        // Images may lie further apart than 32 bits of bytes reach: rows of pixels are counted, then widened.
        string row = _writer.Integer("mad.lo.u32", "row", Image, Numbers.Text(_launch.Channels), Channel);
        string at = _writer.Wide("mul.wide.u32", $"{tensor.TrimStart('%')}At", row, _launch.IsOpen ? Pixels : Numbers.Text(_launch.Pixels));
        _writer.Line($"shl.b64 {at}, {at}, 2");
        _writer.Line($"add.u64 {at}, {tensor}, {at}");
        _writer.Line($"mad.wide.u32 {at}, {_first}, {Numbers.Text(_launch.Vector * 4)}, {at}");
        return at;
    }

    /// <summary>
    /// The vectors of a thread, some at a time: all of these are loaded before the first is used, so that memory is waited for but once.
    /// </summary>
    /// <param name="load">Begins a vector: given its offset in bytes, and the guard "@... " of vectors that may not be there, or "".</param>
    /// <param name="use">Ends it.</param>
    /// <param name="advance">Moves the addresses on by so many bytes, where there are more vectors than that.</param>
    public void EachVector(Func<int, string, string[]> load, Action<int, string, string[]> use, Action<int> advance)
    {
        int unit = _launch.UnitThreads, all = _launch.IsOpen ? int.MaxValue : (_launch.PartVectors + unit - 1) / unit;
        int steps = Math.Min(all, GateLaunch.Steps), bytes = unit * _launch.Vector * 4;
        if (all > steps)
        {
            string index = _writer.Integer("mov.u32", "index", _first), top = _writer.Label("vectors"), end = _writer.Label("no_more_vectors");
            string isOver = _writer.Compare("ge.u32", "isOver", index, _bound);
            _writer.Line($"@{isOver} bra {end}");
            _writer.Place(top);
            Some(index, steps, isGuarded: true);
            advance(steps * bytes);
            _writer.Line($"add.u32 {index}, {index}, {Numbers.Text(steps * unit)}");
            _writer.Line($"setp.lt.u32 {isOver}, {index}, {_bound}");
            _writer.Line($"@{isOver} bra {top}");
            _writer.Place(end);
            return;
        }

        Some(_first, steps, isGuarded: false);

        void Some(string from, int count, bool isGuarded)
        {
            var guards = new string[count];
            for (int i = 0; i < count; i++)
            {
                bool mayBeBeyond = isGuarded || _launch.HasShortPart || (i + 1) * unit > _launch.PartVectors;
                if (!mayBeBeyond)
                {
                    guards[i] = "";
                    continue;
                }

                string at = i == 0 ? from : _writer.Integer("add.u32", "at", from, Numbers.Text(i * unit));
                guards[i] = $"@{_writer.Compare("lt.u32", "isThere", at, _bound)} ";
            }

            string[][] loaded = [.. Enumerable.Range(0, count).Select(i => load(i * bytes, guards[i]))];
            for (int i = 0; i < count; i++)
                use(i * bytes, guards[i], loaded[i]);
        }
    }

    /// <summary>The registers of a vector, and how an instruction names them.</summary>
    public string[] Vector(string role) => [.. Enumerable.Range(0, _launch.Vector).Select(i => _writer.Float($"{role}{"abcd"[i]}"))];

    public string Suffix => _launch.Vector == 4 ? ".v4.f32" : ".f32";

    public static string Operand(string[] vector) => vector.Length == 1 ? vector[0] : $"{{{string.Join(", ", vector)}}}";

    public static string Place(string address, int offset) => offset == 0 ? $"[{address}]" : $"[{address}+{Numbers.Text(offset)}]";
}
