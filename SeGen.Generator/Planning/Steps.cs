using SeGen.Generator.Ir;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning;

/// <summary>What runs as one pass over its data: one operation of the graph or several that were fused. Values are the graph's.</summary>
/// <param name="Output">The value that it writes.</param>
/// <param name="Layer">The attribute that asked for it.</param>
internal abstract record Step(int Output, int Layer)
{
    /// <summary>The values that it reads.</summary>
    public abstract IEnumerable<int> Reads { get; }
}

/// <summary>The caller's input, into the layout of the kernels.</summary>
internal sealed record ImportStep(int Output) : Step(Output, -1)
{
    public override IEnumerable<int> Reads => [];
}

/// <summary>The result, into the caller's layout.</summary>
internal sealed record ExportStep(int X) : Step(GraphBuilder.Nothing, -1)
{
    public override IEnumerable<int> Reads => [X];
}

/// <summary>y = act(conv(factors * x) + residual), the factors a gate's where there is one, the batch norm folded into weights and bias; perhaps with the sums of each channel for a gate.</summary>
internal sealed record ConvStep(ConvOp Conv, BatchNormOp? Norm, int Residual, Activation Activation, bool HasSums, int Output)
    : Step(Output, Conv.Layer)
{
    /// <summary>The factors of the gate that scales its input, or below 0.</summary>
    public int Factors { get; init; } = -1;

    public int X => Conv.Input;

    public override IEnumerable<int> Reads => new[] { X, Factors, Residual }.Where(v => v >= 0);
}

/// <summary>The maximum or mean of each window.</summary>
internal sealed record PoolStep(PoolOp Pool) : Step(Pool.Output, Pool.Layer)
{
    public override IEnumerable<int> Reads => [Pool.Input];
}

/// <summary>The mean over the pixels of each channel.</summary>
internal sealed record MeanStep(GlobalPoolOp Pool) : Step(Pool.Output, Pool.Layer)
{
    public override IEnumerable<int> Reads => [Pool.Input];
}

/// <summary>Squeeze and excite: the factors of a gate, from the sums that a convolution left or from the pixels.</summary>
internal sealed record FactorsStep(FactorsOp Factors, bool FromSums) : Step(Factors.Output, Factors.Layer)
{
    public override IEnumerable<int> Reads => [Factors.Input];
}

/// <summary>y = act(factors * norm(x) + residual), each part where there is one.</summary>
internal sealed record PointwiseStep(int X, int Factors, BatchNormOp? Norm, int Residual, Activation Activation, int Output, int Layer) : Step(Output, Layer)
{
    public override IEnumerable<int> Reads => new[] { X, Factors, Residual }.Where(v => v >= 0);
}

/// <summary>y = act(W x + b).</summary>
internal sealed record LinearStep(LinearOp Linear, Activation Activation, int Output) : Step(Output, Linear.Layer)
{
    public override IEnumerable<int> Reads => [Linear.Input];
}

/// <summary>In training: some values are dropped, the others scaled.</summary>
/// <param name="Dropout">The operation.</param>
/// <param name="Number">Which of the network's dropouts it is: each has masks of its own.</param>
internal sealed record DropoutStep(DropoutOp Dropout, int Number) : Step(Dropout.Output, Dropout.Layer)
{
    public override IEnumerable<int> Reads => [Dropout.Input];
}
