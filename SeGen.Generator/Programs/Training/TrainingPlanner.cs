using SeGen.Generator.Ir;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Programs.Training;

/// <summary>
/// Graph to the plan of a training step: the forward pass that keeps what the way back needs, and the way back, each as stages that run
/// image by image until a batch norm needs all of them. A pure function of the Spec; what a step runs, it says itself.
/// </summary>
internal static class TrainingPlanner
{
    public static TrainingPlan Plan(NetworkSpec spec, CancellationToken cancellation = default)
    {
        IReadOnlyList<Step> steps = Fusion.FuseTraining(spec.Graph);
        var parts = new ProgramBuilder();
        var layers = new List<TrainedLayer>();
        var builder = new TrainingBuilder(spec, new Values(spec.Graph, steps, parts), parts, layers);
        for (int i = 0; i < steps.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var step = (LayerStep)steps[i];
            parts.Comment(step.TrainingNameOf(spec));
            step.Train(builder, i);
        }

        Pass forward = parts.End();
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            ((LayerStep)steps[i]).TrainBack(builder, i);
        }

        Pass backward = parts.End();
        ArenaBuffer[] used = [.. parts.Buffers.Where(b => b.Last >= 0)];
        IReadOnlyList<ArenaBuffer> placed = spec.Graph.IsFixed ? Arena.Place(used, cancellation) : Arena.Slots(used);
        return new TrainingPlan(
            spec, forward, backward, layers, new BufferTable(placed), spec.Graph.IsFixed ? placed.Max(b => b.Offset + b.Length) : 0,
            spec.Graph.IsFixed ? 0 : (int)placed.Max(b => b.Offset) + 1);
    }
}
