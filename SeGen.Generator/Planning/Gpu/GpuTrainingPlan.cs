using SeGen.Generator.Graphs;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning.Gpu;

/// <summary>
/// What is decided about training a network on a GPU: the steps of the way forward, and where values and their gradients lie. A value lives from the step
/// that writes it to that step's way back, its gradient from the way back of its last reader on; the way back is the runtime's, step by step in reverse.
/// </summary>
internal sealed class GpuTrainingPlan
{
    private readonly Dictionary<string, ArenaBuffer> _buffers;

    public GpuTrainingPlan(NetworkSpec spec)
    {
        Spec = spec;
        IReadOnlyList<Step> all = Fusion.FuseTraining(spec.Graph);
        Output = all.OfType<ExportStep>().Single().X;
        Steps = [.. all.Where(s => s is not (ImportStep or ExportStep))];
        IReadOnlyList<ArenaBuffer> placed = Arena.Place([.. Buffers()]);
        _buffers = placed.ToDictionary(b => b.Name);
        ArenaLength = placed.Select(b => b.Offset + b.Length).DefaultIfEmpty(0).Max();
    }

    public NetworkSpec Spec { get; }

    public Graph Graph => Spec.Graph;

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>The value that becomes the output.</summary>
    public int Output { get; }

    /// <summary>Floats of values and gradients for one image.</summary>
    public long ArenaLength { get; }

    /// <summary>Where a value lies for one image, which a batch's images multiply.</summary>
    public long OffsetOf(int value) => _buffers[Value(value)].Offset;

    /// <summary>Where its gradient does; 0 where it has none.</summary>
    public long GradientOf(int value) => _buffers.TryGetValue(Gradient(value), out ArenaBuffer? buffer) ? buffer.Offset : 0;

    private static string Value(int value) => $"v{Emit.Numbers.Text(value)}";

    private static string Gradient(int value) => $"g{Emit.Numbers.Text(value)}";

    private IEnumerable<ArenaBuffer> Buffers()
    {
        // Step i is computed at i, its way back at 2 n - i; the output's gradient comes in between.
        int turn = Steps.Count;
        for (int i = 0; i < Steps.Count; i++)
        {
            int value = Steps[i].Output;
            Tensor tensor = Graph.Tensors[value];
            SizeRule size = Graph.SizeOf(tensor);
            int floats = checked(tensor.Channels * size.Height * size.Width);

            // The way back of a step that reads a value may read it too, and lies before that of the step that writes it.
            yield return new ArenaBuffer(Value(value), value, null, floats, i, 2 * turn - i, 0);
            if (Steps[i] is FactorsStep)
                continue;

            int last = value == Output ? turn : Enumerable.Range(0, Steps.Count).Where(s => Steps[s].Reads.Contains(value)).DefaultIfEmpty(turn).Max();
            yield return new ArenaBuffer(Gradient(value), value, null, floats, value == Output ? turn : 2 * turn - last, 2 * turn - i, 0);
        }
    }
}
