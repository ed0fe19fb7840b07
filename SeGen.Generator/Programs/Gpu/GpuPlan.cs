using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs.Gpu;

/// <summary>
/// What is decided about a network on a GPU: the steps of <see cref="Fusion"/>, of which the ways into and out of the CPU's layout fall away, since kernels
/// read and write NCHW; and where values lie, in an arena of its own.
/// </summary>
internal abstract class GpuPlan
{
    private readonly Lazy<Dictionary<string, ArenaBuffer>> _buffers;
    private readonly StepIndex _index;

    protected GpuPlan(NetworkSpec spec, IReadOnlyList<Step> steps)
    {
        Spec = spec;
        Output = steps.OfType<ExportStep>().Single().X;
        Steps = [.. steps.Where(s => s is not (ImportStep or ExportStep))];
        _index = new StepIndex(spec.Graph, Steps);
        _buffers = new(() => Arena.Place([.. Buffers()]).ToDictionary(b => b.Name));
    }

    public NetworkSpec Spec { get; }

    public Graph Graph => Spec.Graph;

    public IReadOnlyList<Step> Steps { get; }

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

    /// <summary>Whether a convolution has a channel of the input for each of the output, so that it is no product of matrices.</summary>
    public static bool IsDepthwise(ConvOp conv) => conv.Groups > 1 && conv.GroupInputs == 1;

    /// <summary>What lies in the arena, and from when to when.</summary>
    protected abstract IEnumerable<ArenaBuffer> Buffers();

    /// <summary>The last step that reads a value.</summary>
    protected int LastReader(int value, int otherwise)
        => _index.LastReader(value, otherwise);

    protected ArenaBuffer ValueBuffer(int value, int first, int last) => Buffer(Value(value), value, first, last);

    protected ArenaBuffer GradientBuffer(int value, int first, int last) => Buffer(Gradient(value), value, first, last);

    private ArenaBuffer Buffer(string name, int value, int first, int last)
        => new(name, value, null, checked(Graph.Tensors[value].Channels * PixelsOf(value)), first, last, 0);

    private static string Value(int value) => $"v{Numbers.Text(value)}";

    private static string Gradient(int value) => $"g{Numbers.Text(value)}";
}
