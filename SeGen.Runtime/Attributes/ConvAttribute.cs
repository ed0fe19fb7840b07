namespace SeGen;

/// <summary>A convolution over [C, H, W], kernel [channels, C / groups, Kernel, Kernel].</summary>
/// <param name="channels">Channels of the output.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ConvAttribute(int channels) : NetworkLayerAttribute
{
    /// <summary>Channels of the output.</summary>
    public int Channels { get; } = channels;

    /// <summary>Side of the kernel; 3 where not written.</summary>
    public int Kernel { get; set; } = 3;

    /// <summary>Pixels between neighbouring windows; 1 where not written.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>Zeros around the input; (Kernel - 1) / 2 where not written, which an even kernel needs written.</summary>
    public int Padding { get; set; }

    /// <summary>Groups of channels that are convolved by themselves; 1 where not written.</summary>
    public int Groups { get; set; } = 1;

    /// <summary>Pixels between neighbouring taps of the kernel; 1 where not written.</summary>
    public int Dilation { get; set; } = 1;

    /// <summary>Whether a bias is added; where not written, unless a batch norm follows.</summary>
    public bool Bias { get; set; }
}
