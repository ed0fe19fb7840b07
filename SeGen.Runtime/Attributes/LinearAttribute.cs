namespace SeGen;

/// <summary>A dense layer over all values, [C, H, W] flattened in that order.</summary>
/// <param name="features">Values of the output.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class LinearAttribute(int features) : NetworkLayerAttribute
{
    /// <summary>Values of the output.</summary>
    public int Features { get; } = features;

    /// <summary>Whether a bias is added; true where not written.</summary>
    public bool Bias { get; set; } = true;
}
