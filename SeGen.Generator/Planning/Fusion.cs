using SeGen.Generator.Ir;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning;

/// <summary>
/// Fuses operations into steps. Each operation says itself what it is fused with (<see cref="LayerOp.Fuse"/>): batch norm goes into the
/// convolution before it; bias, residual addition and activation into whoever computes the value last; the squeeze of a gate into the
/// convolution whose output it sums; the gate's scaling into the addition or the 1 x 1 convolution after it.
/// An operation is fused only where nobody else reads the value between. In training convolutions and dense layers stay alone, since the
/// way back needs what they compute; a batch norm takes the addition and the activation after it.
/// </summary>
internal sealed class Fusion
{
    private readonly GraphIndex _index;
    private readonly List<Step> _steps = [];
    private readonly Dictionary<Type, int> _counts = [];
    private readonly HashSet<int> _summed = [];
    private readonly HashSet<int> _done = [];
    private readonly HashSet<int> _ready = [0];

    private Fusion(Graph graph, bool trains) => (Graph, _index, IsTraining) = (graph, new GraphIndex(graph), trains);

    public Graph Graph { get; }

    /// <summary>Whether the steps are those of training.</summary>
    public bool IsTraining { get; }

    /// <summary>How many steps of a kind there are so far.</summary>
    public int Count<T>()
        where T : Step
        => _counts.TryGetValue(typeof(T), out int count) ? count : 0;

    /// <summary>The steps of a graph in inference, in an order in which they can run.</summary>
    public static IReadOnlyList<Step> Fuse(Graph graph) => new Fusion(graph, trains: false).Run();

    /// <summary>The steps of a graph in training.</summary>
    public static IReadOnlyList<Step> FuseTraining(Graph graph) => new Fusion(graph, trains: true).Run();

    /// <summary>Adds a step.</summary>
    public void Emit(Step step)
    {
        _steps.Add(step);
        _counts[step.GetType()] = (_counts.TryGetValue(step.GetType(), out int count) ? count : 0) + 1;
        if (step.LeavesSums)
            _summed.Add(step.Output);

        _ready.Add(step.Output);
    }

    /// <summary>The operation that writes a value, or null for the input.</summary>
    public Op? Producer(int value) => _index.Producer(value);

    /// <summary>The operations that read a value.</summary>
    public IReadOnlyList<Op> Readers(int value) => _index.Readers(value);

    /// <summary>Whether a step has left the sums over a value's pixels.</summary>
    public bool HasSums(int value) => _summed.Contains(value);

    /// <summary>Whether a step has written a value.</summary>
    public bool IsReady(int value) => _ready.Contains(value);

    /// <summary>The operation whose scaling of a value is yet to be done.</summary>
    public IScaling? Pending(int value) => _ready.Contains(value) ? null : _index.Producer(value) as IScaling;

    /// <summary>The only reader of a value, where it is of a kind and the value is not the module's output.</summary>
    public T? Only<T>(int value)
        where T : Op
    {
        IReadOnlyList<Op> readers = _index.Readers(value);
        return readers.Count == 1 && Graph.Output != value && readers[0] is T only && only.Inputs.Count(i => i == value) == 1 ? only : null;
    }

    /// <summary>Marks an operation as part of the step at hand; its output is the step's.</summary>
    public int? Take(Op? op)
    {
        if (op is null)
            return null;

        _done.Add(_index.PositionOf(op));
        return op.Output;
    }

    /// <summary>The value itself, or in inference the one that a dropout passes on.</summary>
    public int Resolve(int value)
    {
        while (!IsTraining && _index.Producer(value) is { IsTrainingOnly: true } passes)
            value = passes.Input;

        return value;
    }

    /// <summary>The same as the inputs of an operation.</summary>
    public EquatableArray<int> Of(int value) => new([Resolve(value)]);

    private List<Step> Run()
    {
        ((LayerOp)Graph.Import).Fuse(this);
        for (int i = 0; i < Graph.Ops.Count; i++)
        {
            if (!_done.Contains(i))
                ((LayerOp)Graph.Ops[i]).Fuse(this);
        }

        ((LayerOp)Graph.Export).Fuse(this);
        return _steps;
    }
}
