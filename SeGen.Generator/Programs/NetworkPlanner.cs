using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Training;

namespace SeGen.Generator.Programs;

/// <summary>Graph to program: fusion, layouts, calls, lifetimes. A pure function of the Spec; what a step runs, it says itself.</summary>
internal sealed class NetworkPlanner
{
    private readonly NetworkSpec _spec;
    private readonly IReadOnlyList<LayerStep> _steps;
    private readonly StepIndex _index;
    private readonly CancellationToken _cancellation;
    private readonly HashSet<int> _joined = [];

    private NetworkPlanner(NetworkSpec spec, CancellationToken cancellation)
    {
        (_spec, _cancellation) = (spec, cancellation);
        IReadOnlyList<Step> steps = Fusion.Fuse(Graph);
        _steps = [.. steps.Cast<LayerStep>()];
        _index = new StepIndex(Graph, steps);
        for (int i = 0; i + 1 < _steps.Count; i++)
        {
            if (_steps[i].CanJoin(this, _steps[i + 1]))
                _joined.Add(_steps[i].Output);
        }
    }

    public Graph Graph => _spec.Graph;

    /// <summary>Which ways of computing convolutions may be chosen.</summary>
    public Convolutions Convolutions => _spec.Convolutions;

    public NetworkSpec Spec => _spec;

    public static NetworkPlan Plan(NetworkSpec spec, CancellationToken cancellation = default)
        => new NetworkPlanner(spec, cancellation).Plan();

    /// <summary>The layout of a value.</summary>
    public Place PlaceOf(int value) => _index.PlaceOf(value);

    /// <summary>The step that writes a value.</summary>
    public LayerStep? Writer(int value) => (LayerStep?)_index.Writer(value);

    /// <summary>Where in its buffer a value begins.</summary>
    public int OutputAt(int value) => Writer(value)?.OutputAt(isTraining: false) ?? 0;

    /// <summary>Whether the step that writes a value runs together with the next one.</summary>
    public bool IsJoined(int value) => _joined.Contains(value);

    /// <summary>The last step that reads the sums of a value's channels.</summary>
    public int LastReaderOfSums(int value, int otherwise) => _index.LastReader(value, otherwise, s => s.ReadsSums);

    private NetworkPlan Plan()
    {
        var steps = new List<PlannedStep>();
        var buffers = new List<ArenaBuffer>();
        int weights = 0;
        for (int i = 0; i < _steps.Count; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            PlannedStep planned = Plan(i, weights);
            steps.Add(planned);
            if (planned.Step.Output >= 0)
                buffers.Add(ValueBuffer(i));

            buffers.AddRange(planned.Scratch);
            weights = checked(weights + VectorWidth.Pad(planned.WeightsLength));
        }

        for (int i = 0; i < steps.Count; i++)
        {
            if (IsJoined(steps[i].Step.Output) && steps[i].Step.Output >= 0)
                (steps[i], steps[i + 1]) = Join(steps[i], steps[i + 1]);
        }

        IReadOnlyList<ArenaBuffer> placed = Graph.IsFixed ? Arena.Place(buffers, _cancellation) : Arena.Slots(buffers);
        long arena = Graph.IsFixed ? placed.Max(b => b.Offset + b.Length) : 0;
        int slots = Graph.IsFixed ? 0 : (int)placed.Max(b => b.Offset) + 1;
        var plan = new NetworkPlan(
            _spec, steps, new BufferTable(placed), arena, Graph.IsFixed ? placed.Sum(b => b.Length) : 0, slots, Math.Max(1, weights), [],
            _spec.InferenceOnly ? null : TrainingPlanner.Plan(_spec, _cancellation))
        {
            Workspace = steps.SelectMany(s => s.Kernels).Select(k => k.WorkspaceLength).DefaultIfEmpty(0).Max(),
        };
        return plan with { Rows = [.. NetworkRows.Of(plan)] };
    }

    private PlannedStep Plan(int index, int weightsAt)
    {
        LayerStep step = _steps[index];
        var program = new StepProgram(this, step, index);
        if (step.Output >= 0 && step.ScratchLength(isTraining: false) == 0 && PlaceOf(step.Output) is { Border: > 0 } place)
            program.Before(new Call(new BorderKernel(place))
            {
                ["output"] = program.Value(step.Output),
                ["outSize"] = program.SizeOf(step.Output)
            });

        step.Infer(program);
        PlannedStep planned = program.Build(weightsAt, _steps.Count);
        KernelSpec[] kernels =
            [.. planned.Phases.SelectMany(p => p.Parts).Select(p => p.Call).Concat(planned.After).Select(c => c.Kernel).Distinct()];
        return planned with { Kernels = kernels };
    }

    /// <summary>The buffer of a step's output, in use until its last reader has run.</summary>
    private ArenaBuffer ValueBuffer(int index)
    {
        int value = _steps[index].Output, last = _index.LastReader(value, index), scratch = _steps[index].ScratchLength(isTraining: false);

        // What a step reads that runs with the next one is read until that one has finished.
        last += _steps[last].Output >= 0 && IsJoined(_steps[last].Output) ? 1 : 0;
        return new ArenaBuffer(BufferId.Value(value), value, scratch > 0 ? null : PlaceOf(value), scratch, index, last, 0);
    }

    /// <summary>Two steps of which the second runs both, some channels at a time.</summary>
    private static (PlannedStep First, PlannedStep Second) Join(PlannedStep first, PlannedStep second)
        => (first with { IsJoined = true, Phases = [] }, second with { Phases = [first.Step.Join(first.Phases[0], second.Phases[0])] });
}
