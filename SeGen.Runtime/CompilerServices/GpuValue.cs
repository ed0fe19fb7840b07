using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>A value of a network on a GPU: so many channels of so many pixels, NCHW.</summary>
/// <param name="Channels">Channels of an image.</param>
/// <param name="Height">Rows; 1 of a vector.</param>
/// <param name="Width">Columns; 1 of a vector.</param>
/// <param name="Address">Where it is; a mark where the caller's buffer is meant.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record GpuValue(int Channels, int Height, int Width, ulong Address)
{
    /// <summary>Where its gradient is, in training.</summary>
    internal ulong Gradient { get; init; }

    /// <summary>Whether no parameter comes before it, so that its gradient is needed for the input's alone.</summary>
    internal bool IsForInput { get; set; }

    /// <summary>The network's input.</summary>
    public static GpuValue Input(int channels, int height, int width)
        => new(
            channels, height, width,
            Cuda.Networks.GpuProgram.Input)
        { Gradient = Cuda.Networks.GpuProgram.InputGradient, IsForInput = true };

    /// <summary>The network's output.</summary>
    public static GpuValue Output(int channels, int height, int width) => new(channels, height, width, Cuda.Networks.GpuProgram.Output);

    internal int Pixels => Height * Width;

    internal int Length => Channels * Pixels;
}

/// <summary>The sums over the pixels of each channel that a step leaves for a gate.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuSums
{
    internal ulong Address { get; set; }

    /// <summary>Sums of each channel, one for each chunk of pixels.</summary>
    internal int Parts { get; set; }
}

/// <summary>A convolution on a GPU, with what is done at its end.</summary>
/// <param name="Name">The layer's name in the state_dict.</param>
/// <param name="Kernel">Taps along a side.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record GpuConv(string Name, int Kernel)
{
    /// <summary>Pixels from one window to the next.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Zeros around the image.</summary>
    public int Padding { get; init; }

    /// <summary>Pixels from one tap to the next.</summary>
    public int Dilation { get; init; } = 1;

    /// <summary>Groups of channels.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The batch norm behind it.</summary>
    public NormSource? Norm { get; init; }

    /// <summary>A gate's factors of the input's channels.</summary>
    public GpuValue? Factors { get; init; }

    /// <summary>What is added.</summary>
    public GpuValue? Residual { get; init; }

    /// <summary>The activation at its end.</summary>
    public Activation Activation { get; init; } = Activation.Identity;

    /// <summary>Where the sums of each channel go.</summary>
    public GpuSums? Sums { get; init; }
}

/// <summary>What is computed for each value by itself: act(factor norm(x) + residual).</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record GpuPointwise
{
    /// <summary>The batch norm.</summary>
    public NormSource? Norm { get; init; }

    /// <summary>In training, how much of a batch's statistics goes into the running ones.</summary>
    public double Momentum { get; init; }

    /// <summary>A gate's factors.</summary>
    public GpuValue? Factors { get; init; }

    /// <summary>What is added.</summary>
    public GpuValue? Residual { get; init; }

    /// <summary>The activation.</summary>
    public Activation Activation { get; init; } = Activation.Identity;
}

/// <summary>The dense layers of a gate.</summary>
/// <param name="Name">What stands before "fc1" and "fc2" in the state_dict.</param>
/// <param name="Hidden">The hidden layer's width.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record GpuGate(string Name, int Hidden)
{
    /// <summary>What is made of the pixels.</summary>
    public Squeeze Squeeze { get; init; }

    /// <summary>The hidden layer's activation.</summary>
    public Activation Activation { get; init; }

    /// <summary>The function at its end.</summary>
    public Gate Gate { get; init; }

    /// <summary>The sums that a step before has left; null where pixels are to be read.</summary>
    public GpuSums? Sums { get; init; }

    internal bool HasMaximum => Squeeze is Squeeze.Max or Squeeze.MeanMaxAverage;

    internal bool SumsPixels => Squeeze != Squeeze.Max;

    /// <summary>What a sum of pixels is multiplied by.</summary>
    internal float Share(GpuValue x) => (float)(1.0 / (Squeeze == Squeeze.SumOverHPlusW ? x.Height + x.Width : x.Pixels));
}
