using SeGen.Generator.Emit;
using SeGen.Generator.Model;

namespace SeGen.Generator.Ptx;

/// <summary>
/// The first launch of a gate: every unit sums up its part of a channel, and the block that is the last of its image to finish (a ticket says which)
/// computes the two dense layers. No block waits for another one, so any number of them may run at the same time.
/// </summary>
internal sealed class GateSqueezeKernel
{
    private readonly GateLaunch _launch;
    private readonly PtxWriter _writer;
    private readonly string _x, _weights, _partials, _state, _tickets;

    private GateSqueezeKernel(string name, GateLaunch launch)
    {
        List<(string, string)> parameters = [("u64", "x"), ("u64", "weights"), ("u64", "partials"), ("u64", "state"), ("u64", "tickets")];
        if (launch.IsOpen)
        {
            parameters.Add(("u32", "pixels"));
            parameters.Add(("f32", "share"));
        }

        _launch = launch;
        _writer = new PtxWriter(name, parameters, launch.Threads);
        (_x, _weights, _partials, _state, _tickets) = (_writer.Pointer("x"), _writer.Pointer("weights"), _writer.Pointer("partials"), _writer.Pointer("state"), _writer.Pointer("tickets"));
    }

    public static string Write(string name, GateLaunch launch)
    {
        var kernel = new GateSqueezeKernel(name, launch);
        kernel.Write();
        return kernel._writer.ToString();
    }

    private void Write()
    {
        string summed = _writer.Label("summed"), end = _writer.Label("end");
        var unit = new GateUnit(_writer, _launch, isReversed: false, summed);
        (string? sum, string? maximum) = Reduce(unit);
        Keep(unit, sum, maximum, summed);

        string isLast = Ticket(unit);
        _writer.Line($"@!{isLast} bra {end}");
        var excite = new GateExcite(_writer, _launch, unit, _weights, _state, _partials);
        excite.Write();
        _writer.Place(end);
        _writer.Line("ret");
    }

    /// <summary>The sum of a unit's pixels, their maximum, or both: of a thread's vectors, then over the threads.</summary>
    private (string? Sum, string? Maximum) Reduce(GateUnit unit)
    {
        _writer.Phase("The pixels of a thread; each column of its vectors for itself.");
        string[] sums = Start(unit, _launch.HasSum, "sum", 0f), maxima = Start(unit, _launch.HasMaximum, "maximum", float.NegativeInfinity);
        string from = unit.AddressIn(_x);
        unit.EachVector(
            (offset, guard) =>
            {
                string[] values = unit.Vector("x");
                _writer.Line($"{guard}ld.global.nc{unit.Suffix} {GateUnit.Operand(values)}, {GateUnit.Place(from, offset)}");
                return values;
            },
            (_, guard, values) =>
            {
                for (int i = 0; i < values.Length; i++)
                {
                    if (_launch.HasSum)
                        _writer.Line($"{guard}add.rn.f32 {sums[i]}, {sums[i]}, {values[i]}");

                    if (_launch.HasMaximum)
                        _writer.Line($"{guard}max.f32 {maxima[i]}, {maxima[i]}, {values[i]}");
                }
            },
            bytes => _writer.Line($"add.u64 {from}, {from}, {Numbers.Text(bytes)}"));

        _writer.Phase(_launch.IsWarps ? "The lanes of the warp." : "The lanes of each warp, then the warps, in their order.");
        return (_launch.HasSum ? OverUnit(unit, "add.rn.f32", sums) : null, _launch.HasMaximum ? OverUnit(unit, "max.f32", maxima) : null);
    }

    private string[] Start(GateUnit unit, bool isNeeded, string role, float value)
    {
        if (!isNeeded)
            return [];

        string[] registers = unit.Vector(role);
        foreach (string register in registers)
            _writer.Line($"mov.f32 {register}, {PtxWriter.Constant(value)}");

        return registers;
    }

    private string OverUnit(GateUnit unit, string combine, string[] columns)
    {
        string value = columns.Length == 1 ? columns[0] : _writer.Real(combine, "pair", _writer.Real(combine, "left", columns[0], columns[1]), _writer.Real(combine, "right", columns[2], columns[3]));
        value = _writer.OverWarp(combine, value);
        if (_launch.IsWarps)
            return value;

        int warps = _launch.Threads / GateLaunch.Lanes;
        string array = _writer.Shared("of_warps", warps), start = _writer.Integer("mov.u32", "ofWarps", array);
        string place = _writer.Integer("mad.lo.u32", "place", unit.Warp, "4", start), isFirst = _writer.Compare("eq.u32", "isFirst", unit.Lane, "0");
        _writer.Line($"@{isFirst} st.shared.f32 [{place}], {value}");
        _writer.Line("bar.sync 0");
        string[] ofWarps = [.. Enumerable.Range(0, warps).Select(w => _writer.Real("ld.shared.f32", "ofWarp", w == 0 ? $"[{array}]" : $"[{array}+{Numbers.Text(w * 4)}]"))];
        return ofWarps.Skip(1).Aggregate(ofWarps[0], (all, next) => _writer.Real(combine, "combined", all, next));
    }

    /// <summary>One thread of each unit leaves its sum to the block that finishes last.</summary>
    private void Keep(GateUnit unit, string? sum, string? maximum, string summed)
    {
        _writer.Phase("Kept for the block that finishes last.");
        string isOther = _writer.Compare("ne.u32", "isOther", _launch.IsWarps ? unit.Lane : unit.Thread, "0");
        _writer.Line($"@{isOther} bra {summed}");
        string at = _writer.Integer("mad.lo.u32", "partialAt", unit.Image, Numbers.Text(_launch.PartialsOfImage), unit.Unit);
        string address = _writer.Wide("mad.wide.u32", "partial", at, "4", _partials);
        if (sum is not null)
            _writer.Line($"st.global.f32 [{address}], {sum}");

        if (maximum is not null)
            _writer.Line($"st.global.f32 {GateUnit.Place(address, sum is null ? 0 : _launch.Units * 4)}, {maximum}");

        _writer.Place(summed);
        _writer.Line("bar.sync 0");
    }

    /// <summary>Whether this block is the last of its image; the ticket returns to 0 by itself.</summary>
    private string Ticket(GateUnit unit)
    {
        string flag = _writer.Shared("is_last", 1), last = Numbers.Text(_launch.BlocksOfImage - 1), known = _writer.Label("ticket_known");
        _writer.Phase($"The last of the image's {Numbers.Text(_launch.BlocksOfImage)} blocks goes on; what the others wrote is visible to it.");
        string isOther = _writer.Compare("ne.u32", "isOther", unit.Thread, "0");
        _writer.Line($"@{isOther} bra {known}");
        string ticket = _writer.Wide("mad.wide.u32", "ticket", unit.Image, "4", _tickets);
        _writer.Line("fence.acq_rel.gpu");
        string drawn = _writer.Integer("atom.relaxed.gpu.global.inc.u32", "drawn", $"[{ticket}]", last);
        _writer.Line("fence.acq_rel.gpu");
        _writer.Line($"st.shared.u32 [{flag}], {drawn}");
        _writer.Place(known);
        _writer.Line("bar.sync 0");
        return _writer.Compare("eq.u32", "isLast", _writer.Integer("ld.shared.u32", "drawn", $"[{flag}]"), last);
    }
}
