using SeGen.Generator.Emit;

namespace SeGen.Generator.Ptx.Gates;

/// <summary>
/// The form that any device runs, of two launches with a block for a chunk. In the first one the block that is the last of its image to finish (a
/// ticket says which) computes the dense layers; the second one finishes the pixels. No block waits for another one.
/// </summary>
internal static class GatePortable
{
    /// <summary>The first launch.</summary>
    public static void WriteSums(GateContext context, GatePass pass)
    {
        PtxWriter writer = context.Writer;
        GateLaunch launch = context.Launch;
        string summed = writer.Label("summed"), end = writer.Label("end");
        GateUnit unit = Unit(context, isReversed: false, summed);
        var reduction = new GateReduction(context, pass);
        writer.Phase("The pixels of a thread, each column of its vectors for itself; then the lanes of its warp.");
        string[] sums = reduction.OfWarp(unit, isReadOnly: true);
        if (!launch.IsWarps)
        {
            writer.Phase("The warps, in their order.");
            string array = reduction.Share(1);
            reduction.StoreOfWarp(array, null, sums);
            writer.Line("bar.sync 0");
            sums = reduction.OverWarps(array);
        }

        writer.Phase("Kept for the block that finishes last.");
        writer.OnlyWhereZero(launch.IsWarps ? context.Thread.Lane : context.Thread.Number, "kept", () => reduction.Keep(unit.Image, unit.Unit, sums));
        writer.Place(summed);
        writer.Line("bar.sync 0");

        writer.Phase($"The last of the image's {Numbers.Text(launch.Chunks)} blocks goes on; what the others wrote is visible to it.");
        string last = Numbers.Text(launch.Chunks - 1), flag = writer.Shared("drawn", 1);
        writer.OnlyWhereZero(context.Thread.Number, "ticket_known", () =>
        {
            // It returns to 0 by itself.
            string ticket = writer.Element(context["tickets"], unit.Image);
            writer.Line("fence.acq_rel.gpu");
            string drawn = writer.Integer("atom.relaxed.gpu.global.inc.u32", "drawn", ticket, last);
            writer.Line("fence.acq_rel.gpu");
            writer.Line($"st.shared.u32 [{flag}], {drawn}");
        });
        writer.Line("bar.sync 0");
        string isOther = writer.Compare("ne.u32", "isOther", writer.Integer("ld.shared.u32", "drawn", $"[{flag}]"), last);
        writer.Line($"@{isOther} bra {end}");
        pass.Dense(unit.Image);
        writer.Place(end);
        writer.Line("ret");
    }

    /// <summary>The second launch. What was read last comes first, since it may still be cached.</summary>
    public static void WriteScale(GateContext context, GatePass pass)
    {
        PtxWriter writer = context.Writer;
        string end = writer.Label("end");
        GateUnit unit = Unit(context, isReversed: true, end);
        string[] factors = pass.LoadFactors(unit.Image, unit.Channel);
        writer.Phase("The result may stand where a tensor does that is read, so that is not read past the cache that sees what is written.");
        string[] from = [.. pass.FinishStreams.Select(stream => unit.AddressIn(context[stream]))];
        string to = unit.AddressIn(context[pass.Result]);
        unit.EachVector<string[][]>(
            (_, offset, guard) => [.. pass.FinishStreams.Select((stream, s) =>
            {
                string[] vector = unit.Vector(stream);
                writer.Line($"{guard}ld.global{unit.Suffix} {GateUnit.Operand(vector)}, {PtxPhrases.Place(from[s], offset)}");
                return vector;
            })],
            (_, offset, guard, values) =>
            {
                for (int i = 0; i < values[0].Length; i++)
                    pass.Finish(guard, [.. values.Select(v => v[i])], factors);

                writer.Line($"{guard}st.global.cs{unit.Suffix} {PtxPhrases.Place(to, offset)}, {GateUnit.Operand(values[values.Length - 1])}");
            },
            bytes =>
            {
                foreach (string address in (string[])[.. from, to])
                    writer.Line($"add.u64 {address}, {address}, {Numbers.Text(bytes)}");
            });
        writer.Place(end);
        writer.Line("ret");
    }

    private static GateUnit Unit(GateContext context, bool isReversed, string without)
    {
        (PtxWriter writer, GateLaunch launch) = (context.Writer, context.Launch);
        writer.Phase(launch.IsWarps ? "A warp has a channel." : launch.Parts == 1 ? "A block has a channel." : $"A block has one of the {Numbers.Text(launch.Parts)} parts of a channel.");
        string block = writer.Integer("mov.u32", "block", "%ctaid.x");
        if (isReversed)
        {
            string last = writer.Integer("mov.u32", "last", "%nctaid.x");
            writer.Line($"sub.u32 {last}, {last}, 1");
            writer.Line($"sub.u32 {block}, {last}, {block}");
        }

        string chunks = Numbers.Text(launch.Chunks);
        string image = writer.Integer("div.u32", "image", block, chunks), chunk = writer.Integer("rem.u32", "chunk", block, chunks);
        return GateUnit.OfChunk(writer, launch, context.Thread, image, chunk, without);
    }
}
