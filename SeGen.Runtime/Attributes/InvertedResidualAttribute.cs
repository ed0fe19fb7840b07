namespace SeGen;

/// <summary>
/// The block of MobileNetV3 and EfficientNet: conv 1x1 to <see cref="Expand"/> channels, depthwise convolution, gate, conv 1x1, and the
/// input added where stride and channels allow it.
/// </summary>
/// <remarks>Howard et al.: Searching for MobileNetV3 (2019), https://arxiv.org/abs/1905.02244.</remarks>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class InvertedResidualAttribute : GateLayerAttribute
{
    /// <summary>A block whose settings are all written by name.</summary>
    public InvertedResidualAttribute()
    {
    }

    /// <summary>A block with the given output channels.</summary>
    /// <param name="channels">Channels of the output, at least 1.</param>
    public InvertedResidualAttribute(int channels) => Channels = channels;

    /// <summary>Channels of the input; those of the layer before, or of the output, where not written.</summary>
    public int InChannels { get; set; }

    /// <summary>Channels of the depthwise convolution; must be written. Where they are the input's there is no first 1x1.</summary>
    public int Expand { get; set; }

    /// <summary>Side of the depthwise kernel, odd; 3 where not written.</summary>
    public int Kernel { get; set; } = 3;

    /// <summary>The stride of the depthwise convolution; 1 where not written.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>The activation after the first two batch norms.</summary>
    public Activation BlockActivation { get; set; }

    /// <summary>Where the gate stands: Standard or None.</summary>
    public SEPlacement Placement { get; set; }

    /// <summary>What batch norm adds to the variance; 1e-5 where not written.</summary>
    public double Epsilon { get; set; } = 1e-5;

    /// <summary>The weight of a new batch in the running statistics; 0.1 where not written.</summary>
    public double Momentum { get; set; } = 0.1;
}
