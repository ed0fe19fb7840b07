using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Conv.Winograd;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Layout;
using SeGen.Generator.Layers.Linear;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Layers.Pool;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs;

/// <summary>Graph to plan: fusion, layouts, lifetimes, kernels. A pure function of the Spec.</summary>
internal sealed class NetworkPlanner
{
    /// <summary>Cuts of two steps that run together: with fewer, threads would wait for each other.</summary>
    private const int LeastColumns = 6;

    private readonly NetworkSpec _spec;
    private readonly Graph _graph;
    private readonly IReadOnlyList<Step> _steps;
    private readonly StepIndex _index;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<int, Place> _places = [];
    private readonly HashSet<int> _joined = [];

    private NetworkPlanner(NetworkSpec spec, CancellationToken cancellation)
    {
        (_spec, _graph, _cancellation) = (spec, spec.Graph, cancellation);
        _steps = Fusion.Fuse(_graph);
        _index = new StepIndex(_graph, _steps);
        foreach (int value in _steps.SelectMany(s => s.Reads).Distinct())
            _places[value] = PlaceOf(value);

        for (int i = 0; i + 1 < _steps.Count; i++)
        {
            if (CanJoin(_steps[i], _steps[i + 1]))
                _joined.Add(_steps[i].Output);
        }
    }

    public static NetworkPlan Plan(NetworkSpec spec, CancellationToken cancellation = default) => new NetworkPlanner(spec, cancellation).Plan();

    private NetworkPlan Plan()
    {
        List<ArenaBuffer> buffers = [.. Buffers()];
        IReadOnlyList<ArenaBuffer> placed = _graph.IsFixed ? Arena.Place(buffers, _cancellation) : Arena.Slots(buffers);
        var steps = new List<PlannedStep>();
        int weights = 0;
        foreach (Step step in _steps)
        {
            _cancellation.ThrowIfCancellationRequested();
            PlannedStep planned = Kernels(step, weights) with { IsJoined = _joined.Contains(step.Output) };
            steps.Add(planned);
            weights = checked(weights + VectorWidth.Pad(planned.WeightsLength));
        }

        long arena = _graph.IsFixed ? placed.Max(b => b.Offset + b.Length) : 0;
        int slots = _graph.IsFixed ? 0 : (int)placed.Max(b => b.Offset) + 1;
        var plan = new NetworkPlan(
            _spec, steps, new BufferTable(placed), arena, _graph.IsFixed ? placed.Sum(b => b.Length) : 0, slots, Math.Max(1, weights), [],
            _spec.InferenceOnly ? null : TrainingPlanner.Plan(_spec, _cancellation));
        plan = plan with { Workspace = steps.Max(s => (s.Kernel as ConvolutionKernel)?.WorkspaceLength ?? 0) };
        return plan with { Rows = [.. NetworkRows.Of(plan)] };
    }

    private Place PlaceOf(int value) => _index.PlaceOf(value);

    private IEnumerable<ArenaBuffer> Buffers()
    {
        for (int i = 0; i < _steps.Count; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Step step = _steps[i];
            if (step is ExportStep)
                continue;

            int value = step.Output;
            int last = _index.LastReader(value, i);

            // What a step reads that runs with the next one is read until that one has finished.
            last += _joined.Contains(_steps[last].Output) ? 1 : 0;
            yield return step is FactorsStep factors
                ? new ArenaBuffer($"v{Numbers.Text(value)}", value, null, new ExciteKernel(factors.Factors.Gate).Plan.ForwardLength, i, last, 0)
                : new ArenaBuffer($"v{Numbers.Text(value)}", value, _places.TryGetValue(value, out Place? place) ? place : PlaceOf(value), 0, i, last, 0);
            if (step is ConvStep phased && ConvOf(phased) is WinogradKernel { IsPhased: true } winograd)
                yield return new ArenaBuffer($"t{Numbers.Text(value)}", value, null, winograd.TilesLength, i, i, 0);

            if (step is ConvStep { HasSums: true } conv)
            {
                // Read by the gates that come next.
                int until = _index.LastReader(value, i, s => s is FactorsStep { FromSums: true });
                ConvolutionKernel kernel = ConvOf(conv);
                int floats = kernel.Out.PaddedChannels * (kernel.Out.IsFixed ? kernel.Bands : 1);
                yield return new ArenaBuffer($"sums{Numbers.Text(value)}", value, null, floats, i, until, 0);
            }
        }
    }

    private PlannedStep Kernels(Step step, int weightsAt)
    {
        BorderKernel? border = step.Output >= 0 && _places.TryGetValue(step.Output, out Place? to) && to.Border > 0 ? new BorderKernel(to) : null;
        switch (step)
        {
            case ImportStep:
                return new PlannedStep(step, new ImportKernel(_places[0]), null, null, border, weightsAt, 0);
            case ExportStep export:
                return new PlannedStep(step, new ExportKernel(_places[export.X]), null, null, null, weightsAt, 0);
            case ConvStep conv:
                ConvolutionKernel kernel = ConvOf(conv);
                return new PlannedStep(step, kernel, null, null, border, weightsAt, checked((int)kernel.WeightsLength));
            case PoolStep pool:
                return new PlannedStep(step, new PoolKernel(_places[pool.Pool.Input], _places[step.Output], pool.Pool.Window, pool.Pool.IsMaximum), null, null, border, weightsAt, 0);
            case MeanStep mean:
                return new PlannedStep(step, new SqueezeKernel(_places[mean.Pool.Input], Squeeze.Mean) { Border = _places[step.Output].Border }, null, null, border, weightsAt, 0);
            case FactorsStep factors:
                GateSpec gate = factors.Factors.Gate;
                var excite = new ExciteKernel(gate);
                Place from = _places[factors.Factors.Input];
                SumKernel? sum = factors.FromSums
                    ? new SumKernel(from.PaddedChannels, from.IsFixed ? BandsOf(factors.Factors.Input) : 0, from.Height, from.Width, gate.Squeeze)
                    : null;
                SqueezeKernel? squeeze = factors.FromSums || gate.Hidden == 0 ? null : new SqueezeKernel(from, gate.Squeeze);
                return new PlannedStep(step, squeeze, excite, sum, null, weightsAt, excite.Plan.WeightsLength);
            case PointwiseStep pointwise:
                Place x = _places[pointwise.X];
                return new PlannedStep(
                    step,
                    new PointwiseKernel(
                        x, _places[step.Output], pointwise.Factors >= 0, pointwise.Norm is not null, pointwise.Residual < 0 ? null : _places[pointwise.Residual],
                        pointwise.Activation),
                    null, null, border, weightsAt, pointwise.Norm is null ? 0 : 2 * x.PaddedChannels);
            default:
                var linear = (LinearStep)step;
                var dense = new LinearKernel(checked((int)_places[linear.Linear.Input].Length), linear.Linear.Features, linear.Activation) { Border = _places[step.Output].Border };
                return new PlannedStep(step, dense, null, null, border, weightsAt, checked((int)dense.WeightsLength));
        }
    }

    /// <summary>Whether two steps run together: a dense convolution, and a depthwise one that filters its channels.</summary>
    private bool CanJoin(Step first, Step next)
        => first is ConvStep { HasSums: false } expand && next is ConvStep filter && filter.X == first.Output
            && ConvOf(expand) is ConvKernel { Form: ConvForm.Dense, Out: { IsFixed: true, Blocks: >= LeastColumns } } && ConvOf(filter) is ConvKernel { Form: ConvForm.Depthwise };

    private int BandsOf(int value) => ConvOf((ConvStep)_index.Writer(value)!).Bands;

    private ConvolutionKernel ConvOf(ConvStep step)
    {
        ConvOp conv = step.Conv;
        Place from = _places[step.X], to = _places.TryGetValue(step.Output, out Place? known) ? known : PlaceOf(step.Output);
        ConvolutionKernel kernel = ConvolutionChoice.Of(conv, from, to, Taps.Of(conv.Window), step.Activation, step.Residual < 0 ? null : _places[step.Residual], step.HasSums, _spec.Convolutions, step.Factors >= 0);
        return kernel is ConvKernel direct && _joined.Contains(step.Output) && direct.Columns < LeastColumns ? direct with { IsNarrow = true } : kernel;
    }
}
