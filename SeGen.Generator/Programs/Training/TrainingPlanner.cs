using SeGen.Generator.Ir;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Programs.Training;

/// <summary>
/// Graph to the plan of a training step: the forward pass that keeps what the way back needs, and the way back, each as stages that run
/// image by image until a batch norm needs all of them. A pure function of the Spec.
/// </summary>
internal sealed class TrainingPlanner
{
    private readonly NetworkSpec _spec;
    private readonly Values _values;
    private readonly IReadOnlyList<Step> _steps;
    private readonly ProgramBuilder _program = new();
    private readonly List<TrainedLayer> _layers = [];
    private readonly CancellationToken _cancellation;

    private TrainingPlanner(NetworkSpec spec, CancellationToken cancellation)
    {
        (_spec, _cancellation) = (spec, cancellation);
        _steps = Fusion.FuseTraining(spec.Graph);
        _values = new Values(spec.Graph, _steps, _program);
    }

    public static TrainingPlan Plan(NetworkSpec spec, CancellationToken cancellation = default) => new TrainingPlanner(spec, cancellation).Plan();

    private TrainingPlan Plan()
    {
        var forward = new ForwardPlanner(_spec, _values, _program, _layers);
        for (int i = 0; i < _steps.Count; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            forward.Add(i, _steps[i]);
        }

        Pass forwardPass = _program.End();
        var backward = new BackwardPlanner(_spec, _values, _program);
        for (int i = _steps.Count - 1; i >= 0; i--)
        {
            _cancellation.ThrowIfCancellationRequested();
            backward.Add(i, _steps[i]);
        }

        Pass backwardPass = _program.End();
        ArenaBuffer[] used = [.. _program.Buffers.Where(b => b.Last >= 0)];
        IReadOnlyList<ArenaBuffer> placed = _spec.Graph.IsFixed ? Arena.Place(used, _cancellation) : Arena.Slots(used);
        return new TrainingPlan(
            _spec, forwardPass, backwardPass, _layers, new BufferTable(placed), _spec.Graph.IsFixed ? placed.Max(b => b.Offset + b.Length) : 0,
            _spec.Graph.IsFixed ? 0 : (int)placed.Max(b => b.Offset) + 1);
    }
}
