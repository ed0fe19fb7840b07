using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// The form for small maps: a block has a whole image in shared memory, reads and writes it without caring where channels begin, and has a
/// warp for each channel's sums. No block knows of another one.
/// </summary>
internal sealed class GateImage(GateContext context, GatePass pass)
{
    private readonly PtxWriter _writer = context.Writer;
    private readonly GateLaunch _launch = context.Launch;
    private readonly GateReduction _reduction = new(context, pass);

    /// <summary>Bytes of shared memory that a launch asks for.</summary>
    public static long SharedBytes(GateLaunch launch, GatePass pass)
        => pass.Streams.Count * launch.ImageBytes + 4L * pass.Factors.Count * launch.Channels;

    private int Vector => _launch.ImageVector;

    private int FactorsAt => (int)(pass.Streams.Count * _launch.ImageBytes);

    public void Write()
    {
        string pixels = _writer.Integer(
            "mov.u32", "imagePixels", _writer.DynamicShared("image_pixels")), image = _writer.Integer("mov.u32", "image", "%ctaid.x");
        Load(pixels, image);

        _writer.Phase("A warp has a channel, then another one.");
        _writer.Loop(
            "channel", context.Thread.Warp, Numbers.Text(_launch.Channels), Numbers.Text(_launch.UnitsOfBlock),
            channel => Sum(pixels, image, channel));
        _writer.Line("bar.sync 0");
        pass.Dense(image);
        _writer.Line("bar.sync 0");

        _writer.Phase("What the pixels of each channel are finished with.");
        _writer.Loop("c", context.Thread.Number, Numbers.Text(_launch.Channels), Numbers.Text(_launch.Threads), c =>
        {
            string place = _writer.Integer("mad.lo.u32", "place", c, "4", pixels);
            string[] factors = pass.LoadFactors(image, c);
            for (int f = 0; f < factors.Length; f++)
                _writer.Line($"st.shared.f32 {PtxPhrases.Place(place, FactorsAt + 4L * f * _launch.Channels)}, {factors[f]}");
        });
        _writer.Line("bar.sync 0");
        Finish(pixels, image);
        _writer.Line("ret");
    }

    /// <summary>Every tensor as it lies there.</summary>
    private void Load(string pixels, string image)
    {
        foreach (string stream in pass.Streams)
        {
            _writer.Phase($"The image's {stream}, as it lies there.");
            string from = Address(context[stream], image);
            EachVector(
                (index, guard, i) => GateUnit.Load(
                    _writer, [stream], Vector, "ld.global", guard, _ => PtxPhrases.Place(Of(from, index), StepBytes * i))[0],
                (index, guard, i, vector) => _writer.Line(
                    $"{guard}st.shared{GateUnit.SuffixOf(Vector)} "
                        + $"{PtxPhrases.Place(OfShared(pixels, index), StartOf(stream) + StepBytes * i)}, {GateUnit.Operand(vector)}"));
        }

        _writer.Line("bar.sync 0");
    }

    private void Sum(string pixels, string image, string channel)
    {
        GateUnit unit = GateUnit.OfChannel(_writer, _launch, context.Thread, image, channel);
        string from = unit.AddressInShared(pixels);
        string[] sums = _reduction.OfWarp(
            unit,
            (offset, guard) => GateUnit.Load(
                _writer, pass.Streams, _launch.Vector, "ld.shared", guard, s => PtxPhrases.Place(from, s * _launch.ImageBytes + offset)),
            null,
            _ => { });
        _writer.OnlyWhereZero(context.Thread.Lane, "kept", () => _reduction.Keep(image, channel, sums));
    }

    private void Finish(string pixels, string image)
    {
        _writer.Phase("The result, written as it lies there.");
        string to = Address(context[pass.Result], image);
        EachVector(
            (index, guard, i) => GateUnit.Load(
                _writer, pass.FinishStreams, Vector, "ld.shared", guard,
                s => PtxPhrases.Place(OfShared(pixels, index), StartOf(pass.FinishStreams[s]) + StepBytes * i)),
            (index, guard, i, values) =>
            {
                string[]? factors = null;
                for (int column = 0; column < Vector; column++)
                {
                    // Four floats of a vector may belong to two channels, or more where a channel has fewer.
                    if (factors is null || _launch.Pixels % 4 != 0)
                        factors = FactorsOf(pixels, index, i * _launch.Threads * Vector + column, guard);

                    pass.Finish(guard, [.. values.Select(v => v[column])], factors);
                }

                _writer.Line($"{guard}st.global.cs{GateUnit.SuffixOf(Vector)} {PtxPhrases.Place(Of(to, index), StepBytes * i)}, "
                    + $"{GateUnit.Operand(values[values.Length - 1])}");
            });
    }

    private string[] FactorsOf(string pixels, string index, int offset, string guard)
    {
        string at = _writer.Integer("mad.lo.u32", "floatAt", index, Numbers.Text(Vector), Numbers.Text(offset));
        string channel = _writer.Integer(
            "div.u32", "channelAt", at,
            Numbers.Text(_launch.Pixels)), place = _writer.Integer("mad.lo.u32", "factorPlace", channel, "4", pixels);
        return [.. pass.Factors.Select((factor, f) =>
        {
            string value = _writer.Float(factor.Role);
            _writer.Line($"{guard}ld.shared.f32 {value}, {PtxPhrases.Place(place, FactorsAt + 4L * f * _launch.Channels)}");
            return value;
        })];
    }

    /// <summary>Where a tensor begins in shared memory.</summary>
    private int StartOf(string stream) => (int)(pass.Streams.ToList().IndexOf(stream) * _launch.ImageBytes);

    private int StepBytes => _launch.Threads * Vector * 4;

    private string Address(string tensor, string image)
        => _writer.Wide("add.u64", "imageAt", tensor, _writer.Wide("mul.wide.u32", "imageOffset", image, Numbers.Text(_launch.ImageBytes)));

    private string Of(string start, string index) => _writer.Wide("mad.wide.u32", "at", index, Numbers.Text(4 * Vector), start);

    private string OfShared(string start, string index) => _writer.Integer("mad.lo.u32", "place", index, Numbers.Text(4 * Vector), start);

    /// <summary>The vectors of a whole image, some of a thread at a time: their first ones are loaded before any is used.</summary>
    private void EachVector<T>(Func<string, string, int, T> load, Action<string, string, int, T> use)
    {
        int vectors = _launch.Channels * _launch.Pixels / Vector, step =
            _launch.Threads * GateLaunch.Steps, whole = vectors / step * step, left = vectors - whole;
        if (whole > 0)
            _writer.Loop("v", context.Thread.Number, Numbers.Text(whole), Numbers.Text(step), index => Some(index, GateLaunch.Steps, step));

        if (left > 0)
            Some(
                _writer.Integer("add.u32", "v", context.Thread.Number, Numbers.Text(whole)), (left + _launch.Threads - 1) / _launch.Threads,
                left);

        void Some(string index, int count, int there)
        {
            string[] guards = [.. Enumerable.Range(0, count).Select(
                i => (i + 1) * _launch.Threads <= there
                    ? ""
                    : $"@{_writer.Compare("lt.u32", "isThere", index, Numbers.Text(vectors - i * _launch.Threads))} ")];
            T[] loaded = [.. Enumerable.Range(0, count).Select(i => load(index, guards[i], i))];
            for (int i = 0; i < count; i++)
                use(index, guards[i], i, loaded[i]);
        }
    }
}
