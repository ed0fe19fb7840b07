using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>Which part of which channel a thread works on, and the vectors of it that are its own.</summary>
internal sealed class GateUnit
{
    private readonly PtxWriter _writer;
    private readonly GateLaunch _launch;
    private readonly string _first, _bound;

    private GateUnit(PtxWriter writer, GateLaunch launch, PtxThread thread, string image, string unit)
    {
        (_writer, _launch, Image, Unit) = (writer, launch, image, unit);
        Pixels = launch.IsOpen ? writer.Index("pixels") : Numbers.Text(launch.Pixels);
        if (launch.IsOpen)
            writer.Line($"ld.param.u32 {Pixels}, [pixels]");

        Channel = launch.Parts == 1 ? Unit : writer.Integer("div.u32", "channel", Unit, Numbers.Text(launch.Parts));
        string threadOfUnit = launch.IsWarps ? thread.Lane : thread.Number;
        if (launch.Parts == 1)
        {
            (_first, _bound) = (threadOfUnit, launch.IsOpen ? Pixels : Numbers.Text(launch.Vectors));
            return;
        }

        // From a part's first vector on, to its end or that of the channel.
        string part = writer.Integer("rem.u32", "part", Unit, Numbers.Text(launch.Parts));
        string start = writer.Integer("mul.lo.u32", "start", part, Numbers.Text(launch.PartVectors));
        _first = writer.Integer("add.u32", "first", start, threadOfUnit);
        _bound = writer.Integer("add.u32", "bound", start, Numbers.Text(launch.PartVectors));
        if (launch.HasShortPart)
            writer.Line($"min.u32 {_bound}, {_bound}, {Numbers.Text(launch.Vectors)}");
    }

    public string Image { get; }

    /// <summary>The unit's number in its image.</summary>
    public string Unit { get; }

    public string Channel { get; }

    /// <summary>Pixels of a channel: a number, or a register where they come with the launch.</summary>
    public string Pixels { get; }

    public string Suffix => SuffixOf(_launch.Vector);

    /// <summary>A thread's unit in a chunk of an image; warps that have no channel branch to a label.</summary>
    /// <param name="writer">The kernel.</param>
    /// <param name="launch">The shape.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="image">The image.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="without">Where warps without a channel go.</param>
    public static GateUnit OfChunk(PtxWriter writer, GateLaunch launch, PtxThread thread, string image, string chunk, string without)
    {
        string unit = launch.IsWarps ? writer.Integer("mad.lo.u32", "unit", chunk, Numbers.Text(launch.UnitsOfBlock), thread.Warp) : chunk;
        if (launch.IsWarps && launch.Units % launch.UnitsOfBlock != 0)
        {
            string isBeyond = writer.Compare("ge.u32", "isBeyond", unit, Numbers.Text(launch.Units));
            writer.Line($"@{isBeyond} bra {without}");
        }

        return new GateUnit(writer, launch, thread, image, unit);
    }

    /// <summary>A channel as a warp's unit.</summary>
    public static GateUnit OfChannel(PtxWriter writer, GateLaunch launch, PtxThread thread, string image, string channel)
        => new(writer, launch, thread, image, channel);

    /// <summary>The address of the thread's first vector in a tensor.</summary>
    public string AddressIn(string tensor)
    {
        // Images may lie further apart than 32 bits of bytes reach: rows of pixels are counted, then widened.
        string row = _writer.Integer("mad.lo.u32", "row", Image, Numbers.Text(_launch.Channels), Channel);
        string at = _writer.Wide("mul.wide.u32", $"{tensor.TrimStart('%')}At", row, Pixels);
        _writer.Line($"shl.b64 {at}, {at}, 2");
        _writer.Line($"add.u64 {at}, {tensor}, {at}");
        _writer.Line($"mad.wide.u32 {at}, {_first}, {Numbers.Text(_launch.Vector * 4)}, {at}");
        return at;
    }

    /// <summary>The same of an image in shared memory.</summary>
    public string AddressInShared(string image)
    {
        string row = _writer.Integer("mad.lo.u32", "rowAt", Channel, Numbers.Text(_launch.Pixels * 4), image);
        return _writer.Integer("mad.lo.u32", "vectorAt", _first, Numbers.Text(_launch.Vector * 4), row);
    }

    /// <summary>
    /// The vectors of a thread, some at a time: all of these are loaded before the first is used, so that memory is waited for but once.
    /// </summary>
    /// <param name="load">Begins a vector: given its number among those loaded together and its offset in bytes, with the guard "@... " of
    /// vectors that may not be there, or "".</param>
    /// <param name="use">Ends it.</param>
    /// <param name="advance">Moves the addresses on by so many bytes, where there are more vectors than that.</param>
    public void EachVector<T>(Func<int, int, string, T> load, Action<int, int, string, T> use, Action<int> advance)
    {
        int unit = _launch.UnitThreads, all = _launch.IsOpen ? int.MaxValue : _launch.ThreadVectors;
        int steps = Math.Min(all, GateLaunch.Steps), bytes = unit * _launch.Vector * 4;
        if (all == steps)
        {
            Some(_first, isGuarded: false);
            return;
        }

        string index = _writer.Integer("mov.u32", "index", _first), top = _writer.Label("vectors"), end = _writer.Label("no_more_vectors");
        string isOver = _writer.Compare("ge.u32", "isOver", index, _bound);
        _writer.Line($"@{isOver} bra {end}");
        _writer.Place(top);
        Some(index, isGuarded: true);
        advance(steps * bytes);
        _writer.Line($"add.u32 {index}, {index}, {Numbers.Text(steps * unit)}");
        _writer.Line($"setp.lt.u32 {isOver}, {index}, {_bound}");
        _writer.Line($"@{isOver} bra {top}");
        _writer.Place(end);

        void Some(string from, bool isGuarded)
        {
            var guards = new string[steps];
            for (int i = 0; i < steps; i++)
            {
                bool mayBeBeyond = isGuarded || _launch.HasShortPart || (i + 1) * unit > _launch.PartVectors;
                string at = !mayBeBeyond || i == 0 ? from : _writer.Integer("add.u32", "at", from, Numbers.Text(i * unit));
                guards[i] = mayBeBeyond ? $"@{_writer.Compare("lt.u32", "isThere", at, _bound)} " : "";
            }

            T[] loaded = [.. Enumerable.Range(0, steps).Select(i => load(i, i * bytes, guards[i]))];
            for (int i = 0; i < steps; i++)
                use(i, i * bytes, guards[i], loaded[i]);
        }
    }

    /// <summary>The registers of a vector.</summary>
    public string[] Vector(string role) => VectorOf(_writer, role, _launch.Vector);

    public static string[] VectorOf(PtxWriter writer, string role, int floats)
        => floats == 1 ? [writer.Float(role)] : [.. Enumerable.Range(0, floats).Select(i => writer.Float($"{role}{"abcd"[i]}"))];

    public static string SuffixOf(int floats) => floats == 4 ? ".v4.f32" : ".f32";

    /// <summary>Loads a vector of each of some tensors.</summary>
    /// <param name="writer">The kernel.</param>
    /// <param name="tensors">Their names, which their registers have too.</param>
    /// <param name="floats">Floats of a vector.</param>
    /// <param name="instruction">"ld.global.nc", "ld.shared".</param>
    /// <param name="guard">Whether it is there.</param>
    /// <param name="place">Where that of tensor number so-and-so is.</param>
    public static string[][] Load(
        PtxWriter writer, IReadOnlyList<string> tensors, int floats, string instruction, string guard, Func<int, string> place)
        => [.. tensors.Select((tensor, t) =>
        {
            string[] vector = VectorOf(writer, tensor, floats);
            writer.Line($"{guard}{instruction}{SuffixOf(floats)} {Operand(vector)}, {place(t)}");
            return vector;
        })];

    /// <summary>How an instruction names the registers of a vector.</summary>
    public static string Operand(string[] vector) => vector.Length == 1 ? vector[0] : $"{{{string.Join(", ", vector)}}}";
}
