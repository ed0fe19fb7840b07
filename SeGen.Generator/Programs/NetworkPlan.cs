using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Layout;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Training;

namespace SeGen.Generator.Programs;

/// <summary>A part of the arena, for as long as a value lives.</summary>
/// <param name="Name">"v3" for a value, "sums3" for the sums of its channels.</param>
/// <param name="Place">The layout of a tensor, or null.</param>
/// <param name="Floats">Floats where it is no tensor; of the sums of a map whose height is open, those of a band.</param>
/// <param name="First">The step that writes it.</param>
/// <param name="Last">The last step that reads it.</param>
/// <param name="Offset">In floats, where sizes are fixed; else the slot that it shares with others.</param>
internal sealed record ArenaBuffer(string Name, int Value, Place? Place, int Floats, int First, int Last, long Offset)
{
    /// <summary>Floats where sizes are fixed.</summary>
    public long Length => Place is { } place ? VectorWidth.Pad(checked((int)place.Length)) : VectorWidth.Pad(Floats);
}

/// <summary>A step with its kernels, weights and cuts.</summary>
/// <param name="Step">What is computed.</param>
/// <param name="Kernel">The kernel whose cuts are shared among threads.</param>
/// <param name="Excite">Of a gate: its dense layers, after that.</param>
/// <param name="Sum">Of a gate whose sums a convolution left: their sum, instead of the kernel.</param>
/// <param name="Border">The border of the output, where a convolution will read it.</param>
/// <param name="WeightsAt">Where its packed weights begin.</param>
/// <param name="WeightsLength">Floats of its packed weights.</param>
internal sealed record PlannedStep(Step Step, KernelSpec? Kernel, ExciteKernel? Excite, SumKernel? Sum, BorderKernel? Border, int WeightsAt, int WeightsLength)
{
    /// <summary>Whether it runs with the next step, a depthwise convolution, some channels at a time: they are still cached when that reads them.</summary>
    public bool IsJoined { get; init; }
}

/// <summary>A row of the table of a network's layers.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Kind">What is computed.</param>
/// <param name="Output">The shape of the output.</param>
/// <param name="Parameters">Values of its parameters.</param>
/// <param name="MultiplyAdds">Multiply-adds as they are counted everywhere: of the direct form.</param>
/// <param name="Computed">Multiply-adds of the way in which they are computed.</param>
/// <param name="Kernel">The kernels.</param>
/// <param name="At">Where the output lies.</param>
internal sealed record NetworkRow(string Layer, string Kind, string Output, long Parameters, long MultiplyAdds, long Computed, string Kernel, string At);

/// <summary>What is decided about a network before any text is written.</summary>
internal sealed record NetworkPlan(
    NetworkSpec Spec, IReadOnlyList<PlannedStep> Steps, BufferTable Buffers, long ArenaLength, long LengthWithoutReuse, int Slots, int WeightsLength,
    IReadOnlyList<NetworkRow> Rows, TrainingPlan? Training)
{
    /// <summary>Floats that each thread needs for itself while it runs a cut.</summary>
    public int Workspace { get; init; }

    public Graph Graph => Spec.Graph;

    public bool IsFixed => Graph.IsFixed;

    public long ParameterCount => Rows.Sum(r => r.Parameters);

    /// <summary>Of convolutions and dense layers for one image, where the size is fixed.</summary>
    public long MultiplyAdds => Rows.Sum(r => r.MultiplyAdds);

    public long WorkspaceBytes => IsFixed ? (ArenaLength + Workspace) * sizeof(float) : 0;

    /// <summary>All kernels, each once.</summary>
    public IEnumerable<KernelSpec> Kernels
        => Steps.SelectMany(s => new KernelSpec?[] { s.Border, s.Kernel, s.Sum, s.Excite }).OfType<KernelSpec>().Concat(Training?.Kernels ?? []).GroupBy(k => k.Name).Select(g => g.First());

    public ArenaBuffer Buffer(string name) => Buffers[name];
}
