namespace SeGen.Tests.Numerics;

/// <summary>What a textbook needs to know of a gate.</summary>
internal sealed record GateSettings(
    int Channels, int Hidden, SEBias Bias = SEBias.Both, Squeeze Squeeze = Squeeze.Mean, Activation Activation = Activation.ReLU, Gate Gate = Gate.Sigmoid)
{
    public bool HasReduceBias => Bias is SEBias.Both or SEBias.FirstOnly;

    public bool HasExpandBias => Bias is SEBias.Both or SEBias.SecondOnly;
}
