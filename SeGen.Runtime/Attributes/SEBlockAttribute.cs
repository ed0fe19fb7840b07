namespace SeGen;

/// <summary>
/// Makes a partial class a squeeze-and-excitation block: y = s * x with s = gate(W2 act(W1 squeeze(x) + b1) + b2), per image
/// and channel, over [N, C, H, W] in row-major order.
/// </summary>
/// <remarks>Hu, Shen, Albanie, Sun, Wu: Squeeze-and-Excitation Networks (2018), https://arxiv.org/abs/1709.01507.</remarks>
/// <example>
/// <code>
/// [SEBlock(Channels = 128, Reduction = 16)]
/// public partial class ChannelGate;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SEBlockAttribute : GateLayerAttribute
{
    /// <summary>A block whose settings are all written by name.</summary>
    public SEBlockAttribute()
    {
    }

    /// <summary>A block on the given number of channels.</summary>
    /// <param name="channels">Channels C, at least 1.</param>
    public SEBlockAttribute(int channels) => Channels = channels;
}
