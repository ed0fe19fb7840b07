using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Training;

namespace SeGen.Generator.Programs;

/// <summary>A step of inference with its calls and weights.</summary>
/// <param name="Step">What is computed.</param>
/// <param name="Before">Calls on the caller's thread before its phases: the border of the output, where a convolution will read it.</param>
/// <param name="Phases">Calls that are shared among threads; none where it runs together with the next step.</param>
/// <param name="After">Calls on the caller's thread after them.</param>
/// <param name="WeightsAt">Where its packed weights begin.</param>
/// <param name="WeightsLength">Floats of its packed weights.</param>
internal sealed record PlannedStep(
    LayerStep Step, IReadOnlyList<Call> Before, IReadOnlyList<Phase> Phases, IReadOnlyList<Call> After, int WeightsAt, int WeightsLength)
{
    /// <summary>Whether it runs with the next step, some channels at a time: they are still cached when that reads them.</summary>
    public bool IsJoined { get; init; }

    /// <summary>How its weights are packed.</summary>
    public Packing? Packing { get; init; }

    /// <summary>The factors that it tells.</summary>
    public Observation? Observation { get; init; }

    /// <summary>Buffers beside its output.</summary>
    public IReadOnlyList<ArenaBuffer> Scratch { get; init; } = [];

    /// <summary>Multiply-adds of the way in which it is computed.</summary>
    public long Computed { get; init; }

    /// <summary>The kernels that compute it, in the order in which they run.</summary>
    public IReadOnlyList<KernelSpec> Kernels { get; init; } = [];

    /// <summary>The kernel that writes its output.</summary>
    public KernelSpec? Kernel => Kernels.Count == 0 ? null : Kernels[Kernels.Count - 1];
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
internal sealed record NetworkRow(
    string Layer, string Kind, string Output, long Parameters, long MultiplyAdds, long Computed, string Kernel, string At);

/// <summary>What is decided about a network before any text is written.</summary>
internal sealed record NetworkPlan(
    NetworkSpec Spec, IReadOnlyList<PlannedStep> Steps, BufferTable Buffers, long ArenaLength, long LengthWithoutReuse, int Slots,
    int WeightsLength,
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
        => Steps.SelectMany(s => s.Before.Select(c => c.Kernel).Concat(s.Kernels)).Concat(Training?.Kernels
            ?? []).GroupBy(k => k.Name).Select(g => g.First());
}
