namespace SeGen.Generator.Ptx;

/// <summary>Which thread of its block, lane of its warp and warp of its block a thread is.</summary>
internal sealed class PtxThread
{
    public PtxThread(PtxWriter writer)
    {
        Number = writer.Integer("mov.u32", "thread", "%tid.x");
        Lane = writer.Integer("and.b32", "lane", Number, "31");
        Warp = writer.Integer("shr.u32", "warp", Number, "5");
    }

    public string Number { get; }

    public string Lane { get; }

    public string Warp { get; }
}
