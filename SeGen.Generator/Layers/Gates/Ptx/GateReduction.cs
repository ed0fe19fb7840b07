using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// The sums over a unit: of the vectors of a thread column by column, of the columns, of the lanes, and of the warps, in this order.
/// </summary>
internal sealed class GateReduction(GateContext context, GatePass pass)
{
    private readonly GateLaunch _launch = context.Launch;
    private readonly PtxWriter _writer = context.Writer;

    public int Warps => _launch.Threads / GateLaunch.Lanes;

    /// <summary>The sums of a warp's pixels of a unit, in all its lanes.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="load">Loads vector number so-and-so, at an offset in bytes, with a guard: a vector of each stream.</param>
    /// <param name="then">What else is done with a vector that has been loaded.</param>
    /// <param name="advance">Moves addresses on.</param>
    public string[] OfWarp(GateUnit unit, Func<int, string, string[][]> load, Action<int, string, string[][]>? then, Action<int> advance)
    {
        IReadOnlyList<GateSum> sums = pass.Sums;
        string[][] columns = [.. sums.Select(sum => unit.Vector(sum.Role))];
        for (int s = 0; s < sums.Count; s++)
        {
            foreach (string register in columns[s])
                _writer.Line($"mov.f32 {register}, {PtxWriter.Constant(sums[s].Start)}");
        }

        pass.BeginChannel(unit.Image, unit.Channel);
        unit.EachVector(
            (_, offset, guard) => load(offset, guard),
            (i, _, guard, values) =>
            {
                then?.Invoke(i, guard, values);
                pass.Add(guard, values, columns);
            },
            advance);
        return [.. sums.Select((sum, s) => _writer.OverWarp(sum.Combine, Columns(sum, columns[s])))];
    }

    /// <summary>A warp's sums, loaded from a tensor in the device's memory.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="isReadOnly">Whether nothing writes to these tensors while the kernel runs.</param>
    /// <param name="then">What else is done with the vectors of the last stream.</param>
    public string[] OfWarp(GateUnit unit, bool isReadOnly, Action<int, string, string[]>? then = null)
    {
        string[] from = [.. pass.Streams.Select(stream => unit.AddressIn(context[stream]))];
        string instruction = isReadOnly ? "ld.global.nc" : "ld.global";
        return OfWarp(
            unit,
            (offset, guard) => GateUnit.Load(
                _writer, pass.Streams, _launch.Vector, instruction, guard, s => PtxPhrases.Place(from[s], offset)),
            then is null ? null : (i, guard, values) => then(i, guard, values[values.Length - 1]),
            bytes =>
            {
                foreach (string address in from)
                    _writer.Line($"add.u64 {address}, {address}, {Numbers.Text(bytes)}");
            });
    }

    /// <summary>Where a unit's first partial sum stands.</summary>
    public string PartialAddress(string image, string unit)
        => _writer.Wide(
            "mad.wide.u32", "partial", _writer.Integer("mad.lo.u32", "partialAt", image, Numbers.Text(_launch.PartialsOfImage), unit), "4",
            context["partials"]);

    /// <summary>Leaves a unit's sums for the dense layers; for one thread of the unit.</summary>
    public void Keep(string image, string unit, IReadOnlyList<string> sums)
    {
        string address = PartialAddress(image, unit);
        for (int s = 0; s < sums.Count; s++)
            _writer.Line($"st.global.f32 {PtxPhrases.Place(address, 4L * s * _launch.Units)}, {sums[s]}");
    }

    /// <summary>Shared memory for the sums of so many chunks' warps.</summary>
    public string Share(int chunks) => _writer.Shared("of_warps", chunks * pass.Sums.Count * Warps);

    /// <summary>Leaves a warp's sums to the others of its block, in the place of a chunk.</summary>
    public void StoreOfWarp(string array, string? chunk, IReadOnlyList<string> sums)
    {
        string place = _writer.Integer("mad.lo.u32", "place", context.Thread.Warp, "4", _writer.Integer("mov.u32", "ofWarps", array));
        if (chunk is not null)
            _writer.Line($"mad.lo.u32 {place}, {chunk}, {Numbers.Text(4 * pass.Sums.Count * Warps)}, {place}");

        string isFirst = _writer.Compare("eq.u32", "isFirst", context.Thread.Lane, "0");
        for (int s = 0; s < sums.Count; s++)
            _writer.Line($"@{isFirst} st.shared.f32 {PtxPhrases.Place(place, 4 * s * Warps)}, {sums[s]}");
    }

    /// <summary>A chunk's sums over its warps, in their order.</summary>
    public string[] OverWarps(string chunkAddress) => [.. pass.Sums.Select((sum, s) =>
    {
        string[] ofWarps = [.. Enumerable.Range(0, Warps).Select(
            w => _writer.Real("ld.shared.f32", "ofWarp", PtxPhrases.Place(chunkAddress, 4 * (s * Warps + w))))];
        return ofWarps.Skip(1).Aggregate(ofWarps[0], sum.Combine);
    })];

    private static string Columns(GateSum sum, string[] columns)
        => columns.Length == 1 ? columns[0] : sum.Combine(sum.Combine(columns[0], columns[1]), sum.Combine(columns[2], columns[3]));
}
