using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// The form that any device runs, of two launches with a block for a chunk. In the first one the block that is the last of its image to
/// finish (a ticket says which) computes the dense layers; the second one finishes the pixels. No block waits for another one.
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
        writer.OnlyWhereZero(
            launch.IsWarps ? context.Thread.Lane : context.Thread.Number, "kept", () => reduction.Keep(unit.Image, unit.Unit, sums));
        writer.Place(summed);
        writer.Line("bar.sync 0");

        writer.Phase($"The last of the image's {Numbers.Text(launch.Chunks)} blocks goes on; what the others wrote is visible to it.");
        GateTicket.OnlyLast(
            context, writer.Shared("drawn", 1), Numbers.Text(launch.Chunks - 1), end, () => writer.Element(context["tickets"], unit.Image));
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
        writer.Phase("The result may stand where a tensor does that is read, so that is not read past the cache that sees what is "
            + "written.");
        string[] from = [.. pass.FinishStreams.Select(stream => unit.AddressIn(context[stream]))];
        string to = unit.AddressIn(context[pass.Result]);
        unit.EachVector(
            (_, offset, guard) => GateUnit.Load(
                writer, pass.FinishStreams, context.Launch.Vector, "ld.global", guard, s => PtxPhrases.Place(from[s], offset)),
            (_, offset, guard, values) => pass.FinishVector(guard, values, factors, PtxPhrases.Place(to, offset)),
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
        writer.Phase(launch.IsWarps ? "A warp has a channel." : launch.Parts == 1 ? "A block has a channel." : $"A block has one of the "
            + $"{Numbers.Text(launch.Parts)} parts of a channel.");
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
