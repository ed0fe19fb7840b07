namespace SeGen;

/// <summary>Which parameters are decayed.</summary>
public static class WeightDecay
{
    /// <summary>All, as in PyTorch where nothing else is said.</summary>
    public static Func<Parameter, bool> OfAll { get; } = static _ => true;

    /// <summary>
    /// Weights of convolutions and dense layers alone: no biases, no batch norms (He et al.: Bag of Tricks, 2018, section 3.1).
    /// </summary>
    public static Func<Parameter, bool> ExceptVectors { get; } = static parameter => parameter.Shape.Length > 1;
}
