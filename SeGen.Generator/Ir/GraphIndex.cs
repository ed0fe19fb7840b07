namespace SeGen.Generator.Ir;

/// <summary>
/// Who writes and who reads each value of a graph, looked up once, so that passes over it take time in proportion to its size.
/// </summary>
internal sealed class GraphIndex
{
    private readonly Op?[] _producers;
    private readonly List<Op>?[] _readers;
    private readonly Dictionary<int, int> _positions = [];

    public GraphIndex(Graph graph)
    {
        _producers = new Op?[graph.Tensors.Count];
        _readers = new List<Op>?[graph.Tensors.Count];
        for (int i = 0; i < graph.Ops.Count; i++)
        {
            Op op = graph.Ops[i];
            _producers[op.Output] = op;
            _positions[op.Output] = i;
            foreach (int input in op.Inputs.Distinct())
                (_readers[input] ??= []).Add(op);
        }
    }

    /// <summary>The operation that writes a value, or null for the input.</summary>
    public Op? Producer(int value) => _producers[value];

    /// <summary>The operations that read a value, in their order.</summary>
    public IReadOnlyList<Op> Readers(int value) => _readers[value] ?? (IReadOnlyList<Op>)[];

    /// <summary>The position of an operation in the graph.</summary>
    public int PositionOf(Op op) => _positions[op.Output];
}
