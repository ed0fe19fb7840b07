using SeGen.Generator.Model;

namespace SeGen.Generator.Ir;

/// <summary>
/// What a module computes: operations in an order in which they can run, and the values between them. Value 0 is the input.
/// </summary>
/// <param name="Tensors">The values.</param>
/// <param name="Sizes">The sizes that they have.</param>
/// <param name="Ops">What is computed.</param>
/// <param name="Output">The value that is the result.</param>
/// <param name="Import">What brings the caller's input into the layout of the kernels.</param>
/// <param name="Export">What brings the result into the caller's layout.</param>
internal sealed record Graph(
    EquatableArray<Tensor> Tensors, EquatableArray<SizeRule> Sizes, EquatableArray<Op> Ops, int Output, Op Import, Op Export)
{
    public bool IsFixed => Sizes[0].IsFixed;

    public Tensor Input => Tensors[0];

    /// <summary>Height and width of a value; a vector has one pixel.</summary>
    public SizeRule SizeOf(Tensor tensor) => tensor.IsVector ? SizeRule.OfVector : Sizes[tensor.Size];
}

/// <summary>A module whose inside is a graph.</summary>
/// <param name="Type">The user's class.</param>
/// <param name="Declaration">The attributes as they stand in the source.</param>
/// <param name="Summary">What it is, for the documentation of the class.</param>
/// <param name="Graph">What it computes.</param>
/// <param name="LayerNames">What tables call each layer attribute.</param>
/// <param name="MaxBatch">The batch for which buffers are sized.</param>
/// <param name="InferenceOnly">Whether no training code is written.</param>
/// <param name="Convolutions">Which ways of computing them may be chosen.</param>
/// <param name="Emit">Whether kernels for GPUs are written too.</param>
internal sealed record NetworkSpec(
    TypeSpec Type, EquatableArray<string> Declaration, string Summary, Graph Graph, EquatableArray<string> LayerNames, int MaxBatch,
    bool InferenceOnly = false, Convolutions Convolutions = Convolutions.Fast, Model.Emit Emit = Model.Emit.Cpu)
{
    /// <summary>Whether the class has a ToString of its own.</summary>
    public bool HasToString { get; init; }

    /// <summary>What decides the results beside the weights, a line for each layer.</summary>
    public EquatableArray<string> Settings { get; init; }
}
