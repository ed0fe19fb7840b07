using SeGen.Generator.Ir;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Programs.Gpu;

/// <summary>
/// What is decided about a network on a GPU: the steps of <see cref="Fusion"/>, of which the ways into and out of the CPU's layout fall
/// away, since kernels read and write NCHW; and where values lie, in an arena of its own.
/// </summary>
internal abstract class GpuPlan
{
    private readonly Lazy<Dictionary<BufferId, ArenaBuffer>> _buffers;
    private readonly StepIndex _index;

    protected GpuPlan(NetworkSpec spec, IReadOnlyList<Step> steps)
    {
        Spec = spec;
        Output = steps[steps.Count - 1].Reads.Single();
        Steps = [.. steps.Where(s => !s.IsLayout).Cast<LayerStep>()];
        _index = new StepIndex(spec.Graph, Steps);
        _buffers = new(() => Arena.Place([.. Buffers()]).ToDictionary(b => b.Id));
    }

    public NetworkSpec Spec { get; }

    public Graph Graph => Spec.Graph;

    public IReadOnlyList<LayerStep> Steps { get; }

    /// <summary>The value that becomes the output.</summary>
    public int Output { get; }

    /// <summary>Floats of the arena for one image.</summary>
    public long ArenaLength => _buffers.Value.Values.Select(b => b.Offset + b.Length).DefaultIfEmpty(0).Max();

    /// <summary>Where a value lies for one image, which a batch's images multiply.</summary>
    public long OffsetOf(int value) => _buffers.Value[Value(value)].Offset;

    /// <summary>Where its gradient does; 0 where it has none.</summary>
    public long GradientOf(int value) => _buffers.Value.TryGetValue(Gradient(value), out ArenaBuffer? buffer) ? buffer.Offset : 0;

    /// <summary>Pixels of a value.</summary>
    public int PixelsOf(int value)
    {
        SizeRule size = Graph.SizeOf(Graph.Tensors[value]);
        return size.Height * size.Width;
    }

    /// <summary>What lies in the arena, and from when to when.</summary>
    protected abstract IEnumerable<ArenaBuffer> Buffers();

    /// <summary>The last step that reads a value.</summary>
    protected int LastReader(int value, int otherwise)
        => _index.LastReader(value, otherwise);

    protected ArenaBuffer ValueBuffer(int value, int first, int last) => Buffer(Value(value), value, first, last);

    protected ArenaBuffer GradientBuffer(int value, int first, int last) => Buffer(Gradient(value), value, first, last);

    private ArenaBuffer Buffer(BufferId id, int value, int first, int last)
        => new(id, value, null, checked(Graph.Tensors[value].Channels * PixelsOf(value)), first, last, 0);

    private static BufferId Value(int value) => BufferId.Value(value);

    private static BufferId Gradient(int value) => new(BufferRole.Gradient, value);
}
