namespace SeGen;

/// <summary>Batch norm: (x - mean) / sqrt(variance + Epsilon) * weight + bias for each channel.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class BatchNormAttribute : NetworkLayerAttribute
{
    /// <summary>What is added to the variance; the network's, else 1e-5, where not written.</summary>
    public double Epsilon { get; set; } = 1e-5;

    /// <summary>The weight of a new batch in the running statistics; the network's, else 0.1, where not written.</summary>
    public double Momentum { get; set; } = 0.1;
}
