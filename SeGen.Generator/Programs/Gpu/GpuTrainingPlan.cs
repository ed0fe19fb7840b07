using SeGen.Generator.Ir;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Programs.Gpu;

/// <summary>
/// Training on a GPU: the steps of the way forward; the way back is the runtime's, step by step in reverse. A value lives from the step
/// that writes it to that step's way back, its gradient from the way back of its last reader on.
/// </summary>
internal sealed class GpuTrainingPlan(NetworkSpec spec) : GpuPlan(spec, Fusion.FuseTraining(spec.Graph))
{
    protected override IEnumerable<ArenaBuffer> Buffers()
    {
        // Step i is computed at i, its way back at 2 n - i; the output's gradient comes in between.
        int turn = Steps.Count;
        for (int i = 0; i < Steps.Count; i++)
        {
            int value = Steps[i].Output;

            // The way back of a step that reads a value may read it too, and lies before that of the step that writes it.
            yield return ValueBuffer(value, i, 2 * turn - i);
            if (!Steps[i].IsGate)
                yield return GradientBuffer(value, value == Output ? turn : 2 * turn - LastReader(value, turn), 2 * turn - i);
        }
    }
}
