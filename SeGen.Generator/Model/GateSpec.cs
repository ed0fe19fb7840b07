namespace SeGen.Generator.Model;

/// <summary>The settings of a squeeze-and-excitation gate, with its hidden width worked out.</summary>
internal sealed record GateSpec(int Channels, int Hidden, SEBias Bias, Squeeze Squeeze, Activation Activation, Gate Gate)
{
    public bool HasReduceBias => Bias is SEBias.Both or SEBias.FirstOnly;

    public bool HasExpandBias => Bias is SEBias.Both or SEBias.SecondOnly;
}

/// <summary>A module that is one gate.</summary>
/// <param name="Type">The user's class.</param>
/// <param name="Declaration">The attributes as they stand in the source, for the header of the generated file.</param>
/// <param name="Gate">The gate's settings.</param>
/// <param name="Height">Pixels, or 0 for any.</param>
/// <param name="Width">Pixels, or 0 for any.</param>
/// <param name="MaxBatch">The batch for which buffers are sized.</param>
/// <param name="InferenceOnly">Whether no training code is written.</param>
/// <param name="Emit">Whether kernels for GPUs are written too.</param>
internal sealed record SEBlockSpec(
    TypeSpec Type, EquatableArray<string> Declaration, GateSpec Gate, int Height, int Width, int MaxBatch, bool InferenceOnly = false,
    Emit Emit = Emit.Cpu)
{
    /// <summary>Whether the class has a ToString of its own.</summary>
    public bool HasToString { get; init; }

    /// <summary>What decides the results beside the weights, a line for each layer.</summary>
    public EquatableArray<string> Settings { get; init; }

    public bool IsFixed => Height > 0;
}
