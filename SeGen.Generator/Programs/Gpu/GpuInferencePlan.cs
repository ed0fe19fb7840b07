using SeGen.Generator.Ir;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Programs.Gpu;

/// <summary>A network's inference on a GPU: a value lives until its last reader has run; the output is the caller's.</summary>
internal sealed class GpuInferencePlan(NetworkSpec spec) : GpuPlan(spec, Fusion.Fuse(spec.Graph))
{
    protected override IEnumerable<ArenaBuffer> Buffers()
    {
        for (int i = 0; i < Steps.Count; i++)
        {
            if (Steps[i].Output != Output)
                yield return ValueBuffer(Steps[i].Output, i, LastReader(Steps[i].Output, i));
        }
    }
}
