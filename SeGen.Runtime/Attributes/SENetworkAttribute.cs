namespace SeGen;

/// <summary>
/// Makes a partial class a whole network: the layer attributes that follow are its layers, in source order. Settings of a gate written
/// here are the defaults of all its gates.
/// </summary>
/// <example>
/// <code>
/// [SENetwork(Channels = 1, Height = 28, Width = 28)]
/// [Conv(16), BatchNorm, ReLU]
/// [SEResidual(32, Stride = 2, Blocks = 2)]
/// [GlobalAveragePool, Linear(10)]
/// public partial class Digits;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SENetworkAttribute : GateSettingsAttribute
{
    /// <summary>A network whose settings are all written by name.</summary>
    public SENetworkAttribute()
    {
    }

    /// <summary>A network on inputs with the given channels.</summary>
    /// <param name="channels">Channels of the input, at least 1.</param>
    public SENetworkAttribute(int channels) => Channels = channels;

    /// <summary>The default of all batch norms: what is added to the variance; 1e-5 where not written.</summary>
    public double Epsilon { get; set; } = 1e-5;

    /// <summary>The default of all batch norms: the weight of a new batch in the running statistics; 0.1 where not written.</summary>
    public double Momentum { get; set; } = 0.1;
}
