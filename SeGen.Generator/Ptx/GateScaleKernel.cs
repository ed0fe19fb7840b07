using SeGen.Generator.Emit;

namespace SeGen.Generator.Ptx;

/// <summary>The second launch of a gate: y = gate x, the channels that were read last first, since they may still be cached.</summary>
internal static class GateScaleKernel
{
    public static string Write(string name, GateLaunch launch)
    {
        List<(string, string)> parameters = [("u64", "x"), ("u64", "y"), ("u64", "state")];
        if (launch.IsOpen)
            parameters.Add(("u32", "pixels"));

        var writer = new PtxWriter(name, parameters, launch.Threads);
        string x = writer.Pointer("x"), y = writer.Pointer("y"), state = writer.Pointer("state"), end = writer.Label("end");
        var unit = new GateUnit(writer, launch, isReversed: true, end);
        string gateAt = writer.Integer("mad.lo.u32", "gateAt", unit.Image, Numbers.Text(launch.StateOfImage), unit.Channel);
        string gateAddress = writer.Wide("mad.wide.u32", "gateAddress", gateAt, "4", state);
        string gate = writer.Real("ld.global.nc.f32", "gate", $"[{gateAddress}+{Numbers.Text(launch.GatesAt * 4L)}]");

        writer.Phase("Scale; x may be y, so it is not read past the cache that sees what is written.");
        string from = unit.AddressIn(x), to = unit.AddressIn(y);
        unit.EachVector(
            (offset, guard) =>
            {
                string[] values = unit.Vector("x");
                writer.Line($"{guard}ld.global{unit.Suffix} {GateUnit.Operand(values)}, {GateUnit.Place(from, offset)}");
                return values;
            },
            (offset, guard, values) =>
            {
                foreach (string value in values)
                    writer.Line($"{guard}mul.rn.f32 {value}, {value}, {gate}");

                writer.Line($"{guard}st.global.cs{unit.Suffix} {GateUnit.Place(to, offset)}, {GateUnit.Operand(values)}");
            },
            bytes =>
            {
                writer.Line($"add.u64 {from}, {from}, {Numbers.Text(bytes)}");
                writer.Line($"add.u64 {to}, {to}, {Numbers.Text(bytes)}");
            });
        writer.Place(end);
        writer.Line("ret");
        return writer.ToString();
    }
}
