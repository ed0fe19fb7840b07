using SeGen.Generator.Ptx;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// Blocks that work on the same image draw tickets when they are done with their part: who draws the last one goes on for all of them.
/// </summary>
internal static class GateTicket
{
    /// <summary>
    /// Lets the last block go on; what the others have written before is visible to it then. The count returns to 0 by itself.
    /// </summary>
    /// <param name="context">The kernel.</param>
    /// <param name="drawn">A word of shared memory.</param>
    /// <param name="last">The last ticket's number.</param>
    /// <param name="otherwise">Where the other blocks go.</param>
    /// <param name="place">Where the count is, for one thread; what must be done before it is drawn from may come with it.</param>
    public static void OnlyLast(GateContext context, string drawn, string last, string otherwise, Func<string> place)
    {
        PtxWriter writer = context.Writer;
        writer.OnlyWhereZero(context.Thread.Number, "ticket_known", () =>
        {
            string count = place();
            writer.Line("fence.acq_rel.gpu");
            string ticket = writer.Integer("atom.relaxed.gpu.global.inc.u32", "ticket", count, last);
            writer.Line("fence.acq_rel.gpu");
            writer.Line($"st.shared.u32 [{drawn}], {ticket}");
        });
        writer.Line("bar.sync 0");
        string isOther = writer.Compare("ne.u32", "isOther", writer.Integer("ld.shared.u32", "drawn", $"[{drawn}]"), last);
        writer.Line($"@{isOther} bra {otherwise}");
    }
}
