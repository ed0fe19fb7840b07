using SeGen.Generator.Model;

namespace SeGen.Generator.Ir;

/// <summary>
/// One operation as the field writes it, before anything is fused. Values are numbers: the inputs' and the output's position among the
/// graph's tensors.
/// </summary>
/// <param name="Inputs">The values that are read.</param>
/// <param name="Output">The value that is written.</param>
/// <param name="Layer">Which attribute asked for it, for messages and tables.</param>
internal abstract record Op(EquatableArray<int> Inputs, int Output, int Layer)
{
    public int Input => Inputs[0];
}

/// <summary>y[o] = sum over the group's channels i and the taps of W[o, i] x[i] (+ b[o]).</summary>
internal sealed record ConvOp(int X, int Output, int Layer, Scope Scope, string Inside, int InChannels, int Channels, Window Window, int Groups, bool HasBias)
    : Op(new EquatableArray<int>([X]), Output, Layer)
{
    public int GroupInputs => InChannels / Groups;

    public long Weights => (long)Channels * GroupInputs * Window.Kernel * Window.Kernel;
}

/// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias for each channel.</summary>
internal sealed record BatchNormOp(int X, int Output, int Layer, Scope Scope, string Inside, int Channels, double Epsilon, double Momentum, bool ZeroInit)
    : Op(new EquatableArray<int>([X]), Output, Layer);

/// <summary>y = f(x) for each value.</summary>
internal sealed record ActivationOp(int X, int Output, int Layer, Activation Function) : Op(new EquatableArray<int>([X]), Output, Layer);

/// <summary>The maximum or mean of each window.</summary>
internal sealed record PoolOp(int X, int Output, int Layer, bool IsMaximum, Window Window) : Op(new EquatableArray<int>([X]), Output, Layer);

/// <summary>The mean over all pixels of each channel.</summary>
internal sealed record GlobalPoolOp(int X, int Output, int Layer) : Op(new EquatableArray<int>([X]), Output, Layer);

/// <summary>The factors of a gate: s = gate(W2 act(W1 squeeze(x) + b1) + b2), a vector.</summary>
internal sealed record FactorsOp(int X, int Output, int Layer, Scope Scope, string Inside, GateSpec Gate) : Op(new EquatableArray<int>([X]), Output, Layer);

/// <summary>y[c] = s[c] x[c].</summary>
internal sealed record GateOp(int X, int Factors, int Output, int Layer) : Op(new EquatableArray<int>([X, Factors]), Output, Layer);

/// <summary>y = a + b.</summary>
internal sealed record AddOp(int A, int B, int Output, int Layer) : Op(new EquatableArray<int>([A, B]), Output, Layer);

/// <summary>y = W x + b over all values of an image.</summary>
internal sealed record LinearOp(int X, int Output, int Layer, Scope Scope, int InputLength, int Features, bool HasBias) : Op(new EquatableArray<int>([X]), Output, Layer);

/// <summary>Nothing in inference.</summary>
internal sealed record DropoutOp(int X, int Output, int Layer, double Probability) : Op(new EquatableArray<int>([X]), Output, Layer);
