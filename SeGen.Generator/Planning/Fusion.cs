using SeGen.Generator.Ir;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning;

/// <summary>
/// Fuses operations into steps: batch norm into the convolution before it; bias, residual addition and activation into whoever computes
/// the value last; the squeeze of a gate into the convolution whose output it sums; the gate's scaling into the addition or the
/// 1 x 1 convolution after it.
/// An operation is fused only where nobody else reads the value between. In training convolutions and dense layers stay alone, since the way
/// back needs what they compute; a batch norm takes the addition and the activation after it.
/// </summary>
internal sealed class Fusion
{
    private readonly Graph _graph;
    private readonly GraphIndex _index;
    private readonly List<Step> _steps = [];
    private readonly HashSet<int> _summed = [];
    private int _dropouts;
    private readonly HashSet<int> _done = [];
    private readonly HashSet<int> _ready = [0];

    private readonly bool _trains;

    private Fusion(Graph graph, bool trains) => (_graph, _index, _trains) = (graph, new GraphIndex(graph), trains);

    /// <summary>The steps of a graph in inference, in an order in which they can run.</summary>
    public static IReadOnlyList<Step> Fuse(Graph graph) => new Fusion(graph, trains: false).Run();

    /// <summary>The steps of a graph in training.</summary>
    public static IReadOnlyList<Step> FuseTraining(Graph graph) => new Fusion(graph, trains: true).Run();

    private List<Step> Run()
    {
        _steps.Add(new ImportStep(0));
        for (int i = 0; i < _graph.Ops.Count; i++)
        {
            if (!_done.Contains(i))
                Add(i, _graph.Ops[i]);
        }

        _steps.Add(new ExportStep(Resolve(_graph.Output)));
        return _steps;
    }

    private void Add(int index, Op op)
    {
        switch (op)
        {
            case ConvOp conv when _trains:
                Emit(new ConvStep(conv, null, -1, Activation.Identity, HasSums: false, conv.Output));
                break;
            case LinearOp linear when _trains:
                Emit(new LinearStep(linear, Activation.Identity, linear.Output));
                break;
            case DropoutOp dropout when _trains:
                Emit(new DropoutStep(dropout, _dropouts++));
                break;
            case ConvOp conv:
                AddConv(conv);
                break;
            case LinearOp linear:
                Activation after = TakeActivation(linear.Output, out int result);
                Emit(new LinearStep(linear with { X = Resolve(linear.X), Inputs = Of(linear.X) }, after, result));
                break;
            case PoolOp pool:
                Emit(new PoolStep(pool with { X = Resolve(pool.X), Inputs = Of(pool.X) }));
                break;
            case GlobalPoolOp pool:
                Emit(new MeanStep(pool with { X = Resolve(pool.X), Inputs = Of(pool.X) }));
                break;
            case FactorsOp factors:
                int x = Resolve(factors.X);
                Emit(new FactorsStep(factors with { X = x, Inputs = Of(factors.X) }, TakesSums(factors) && _summed.Contains(x)));
                break;
            case DropoutOp:
                break;
            case GateOp gate when Only<AddOp>(gate.Output) is not null || IsScaledByConv(gate):
                // The addition or the convolution after it scales too.
                break;
            case AddOp add:
                AddSum(add);
                break;
            default:
                AddPointwise(index, op);
                break;
        }
    }

    private void AddConv(ConvOp conv)
    {
        int y = conv.Output;
        BatchNormOp? norm = Only<BatchNormOp>(y);
        y = Take(norm) ?? y;
        int residual = TakeResidual(ref y);
        Activation activation = TakeActivation(y, out y);
        GateOp? gate = Pending(conv.X);
        int x = gate?.Input ?? conv.X;
        bool sums = _index.Readers(y).OfType<FactorsOp>().Any(TakesSums) && !_graph.Tensors[y].IsVector;
        Emit(new ConvStep(conv with { X = Resolve(x), Inputs = Of(x) }, norm, residual, activation, sums, y) { Factors = gate?.Factors ?? -1 });
    }

    /// <summary>Whether a gate's only reader is a convolution that reads every value once for each output: it scales its weights instead.</summary>
    private bool IsScaledByConv(GateOp gate)
        => !_trains && Only<ConvOp>(gate.Output) is { Groups: 1, Window: { Kernel: 1, Padding: 0 } } && !_graph.Tensors[gate.Output].IsVector;

    /// <summary>Whether sums over the pixels are all that a gate needs of its input.</summary>
    private static bool TakesSums(FactorsOp factors) => factors.Gate is { Hidden: > 0, Squeeze: Squeeze.Mean or Squeeze.SumOverHPlusW };

    /// <summary>The sum of two values, of which one may yet have to be scaled by its gate.</summary>
    private void AddSum(AddOp add)
    {
        GateOp? gate = Pending(add.A) ?? Pending(add.B);
        int other = gate is null ? add.B : gate.Output == add.A ? add.B : add.A;
        if (Pending(other) is { } second)
            AddScale(second);

        Activation activation = TakeActivation(add.Output, out int y);
        Emit(gate is null
            ? new PointwiseStep(Resolve(add.A), -1, null, Resolve(add.B), activation, y, add.Layer)
            : new PointwiseStep(Resolve(gate.Input), gate.Factors, null, Resolve(other), activation, y, gate.Layer));
    }

    private void AddPointwise(int index, Op op)
    {
        if (op is GateOp gate)
        {
            AddScale(gate);
            return;
        }

        var norm = op as BatchNormOp;
        var own = op as ActivationOp;
        int y = op.Output, residual = _trains && norm is not null ? TakeResidual(ref y) : -1;
        Activation activation = own?.Function ?? TakeActivation(y, out y);
        Emit(new PointwiseStep(Resolve(op.Input), -1, norm, residual, activation, y, op.Layer));
        _done.Add(index);
    }

    private void AddScale(GateOp gate)
    {
        Activation activation = TakeActivation(gate.Output, out int y);
        Emit(new PointwiseStep(Resolve(gate.Input), gate.Factors, null, -1, activation, y, gate.Layer));
    }

    private void Emit(Step step)
    {
        _steps.Add(step);
        if (step is ConvStep { HasSums: true })
            _summed.Add(step.Output);

        _ready.Add(step.Output);
    }

    private GateOp? Pending(int value) => IsPendingGate(value) ? (GateOp)_index.Producer(value)! : null;

    private bool IsPendingGate(int value) => !_ready.Contains(value) && _index.Producer(value) is GateOp;

    /// <summary>The other part of the sum that only this value goes into, where it is there; the value becomes the sum.</summary>
    private int TakeResidual(ref int value)
    {
        if (Only<AddOp>(value) is not { } add)
            return -1;

        int other = add.A == value ? add.B : add.A;
        if (!_ready.Contains(Resolve(other)) || IsPendingGate(other))
            return -1;

        value = Take(add)!.Value;
        return Resolve(other);
    }

    private Activation TakeActivation(int value, out int result)
    {
        ActivationOp? activation = Only<ActivationOp>(value);
        result = Take(activation) ?? value;
        return activation?.Function ?? Activation.Identity;
    }

    /// <summary>Marks an operation as part of the step at hand; its output is the step's.</summary>
    private int? Take(Op? op)
    {
        if (op is null)
            return null;

        _done.Add(_index.PositionOf(op));
        return op.Output;
    }

    /// <summary>The only reader of a value, where it is of a kind and the value is not the module's output.</summary>
    private T? Only<T>(int value)
        where T : Op
    {
        IReadOnlyList<Op> readers = _index.Readers(value);
        return readers.Count == 1 && _graph.Output != value && readers[0] is T only && only.Inputs.Count(i => i == value) == 1 ? only : null;
    }

    private EquatableArray<int> Of(int value) => new([Resolve(value)]);

    /// <summary>The value itself, or the one that a dropout passes on.</summary>
    private int Resolve(int value)
    {
        while (!_trains && _index.Producer(value) is DropoutOp dropout)
            value = dropout.X;

        return value;
    }
}
