namespace SeGen.Generator.Ir;

/// <summary>How a convolution or a pooling moves along one side of its input.</summary>
internal sealed record Window(int Kernel, int Stride, int Padding, int Dilation = 1, bool CeilMode = false)
{
    /// <summary>Pixels from the first to the last tap.</summary>
    public int Extent => Dilation * (Kernel - 1) + 1;

    /// <summary>Pixels that a numerator of the size formula adds to the input's: out = (in + Reach) / Stride + 1.</summary>
    public int Reach => 2 * Padding - Extent;

    /// <summary>
    /// The side of the output, as PyTorch computes it; below 1 where nothing fits. With CeilMode a last window counts that starts within
    /// the input or the padding before it.
    /// </summary>
    public int Output(int input)
    {
        long reached = (long)input + Reach;
        if (reached < 0)
            return 0;

        long output = reached / Stride + 1;
        if (CeilMode && reached % Stride != 0 && output * Stride < (long)input + Padding)
            output++;

        // Longer than any array is too long, however much.
        return (int)Math.Min(int.MaxValue, output);
    }
}
