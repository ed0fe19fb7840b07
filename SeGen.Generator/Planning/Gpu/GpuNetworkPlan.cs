using SeGen.Generator.Graphs;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning.Gpu;

/// <summary>
/// What is decided about a network's inference on a GPU: the steps of <see cref="Fusion"/>, of which the ways into and out of the CPU's layout fall away,
/// since kernels read and write NCHW; and where values lie, in an arena of its own.
/// </summary>
internal sealed class GpuNetworkPlan
{
    private readonly Dictionary<int, ArenaBuffer> _buffers;

    public GpuNetworkPlan(NetworkSpec spec)
    {
        Spec = spec;
        IReadOnlyList<Step> all = Fusion.Fuse(spec.Graph);
        Output = all.OfType<ExportStep>().Single().X;
        Steps = [.. all.Where(s => s is not (ImportStep or ExportStep))];
        IReadOnlyList<ArenaBuffer> placed = Arena.Place([.. Buffers()]);
        _buffers = placed.ToDictionary(b => b.Value);
        ArenaLength = placed.Select(b => b.Offset + b.Length).DefaultIfEmpty(0).Max();
    }

    public NetworkSpec Spec { get; }

    public Graph Graph => Spec.Graph;

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>The value that becomes the output.</summary>
    public int Output { get; }

    /// <summary>Floats of the arena for one image.</summary>
    public long ArenaLength { get; }

    /// <summary>Where a value lies for one image, which a batch's images multiply.</summary>
    public long OffsetOf(int value) => _buffers[value].Offset;

    /// <summary>Channels, rows and columns of a value.</summary>
    public (int Channels, int Height, int Width) ShapeOf(int value)
    {
        Tensor tensor = Graph.Tensors[value];
        SizeRule size = Graph.SizeOf(tensor);
        return (tensor.Channels, size.Height, size.Width);
    }

    /// <summary>Pixels of a value.</summary>
    public int PixelsOf(int value) => ShapeOf(value).Height * ShapeOf(value).Width;

    /// <summary>Whether a convolution has a channel of the input for each of the output, so that it is no product of matrices.</summary>
    public static bool IsDepthwise(ConvOp conv) => conv.Groups > 1 && conv.GroupInputs == 1;

    private IEnumerable<ArenaBuffer> Buffers()
    {
        for (int i = 0; i < Steps.Count; i++)
        {
            int value = Steps[i].Output;
            if (value == Output)
                continue;

            int last = Enumerable.Range(0, Steps.Count).Where(s => Steps[s].Reads.Contains(value)).DefaultIfEmpty(i).Max();
            (int channels, int height, int width) = ShapeOf(value);
            yield return new ArenaBuffer($"v{Emit.Numbers.Text(value)}", value, null, checked(channels * height * width), i, last, 0);
        }
    }
}
