using SeGen.CompilerServices;

namespace SeGen.Cuda.Layers;

/// <summary>A convolution as kernels see it; dense layers and gradients of inputs are such too.</summary>
/// <param name="Groups">Groups of channels that know nothing of each other.</param>
/// <param name="InChannels">Channels of the input.</param>
/// <param name="Channels">Channels of the output.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="KernelHeight">Taps along a column.</param>
/// <param name="KernelWidth">Taps along a row.</param>
/// <param name="Stride">Pixels of the input from one window to the next.</param>
/// <param name="Top">The row of the first window's first tap: minus the padding.</param>
/// <param name="Left">Its column.</param>
/// <param name="Dilation">Pixels from one tap to the next.</param>
/// <param name="OutHeight">Rows that are computed.</param>
/// <param name="OutWidth">Columns that are computed.</param>
internal sealed record ConvGeometry(
    int Groups, int InChannels, int Channels, int Height, int Width, int KernelHeight, int KernelWidth, int Stride, int Top, int Left,
    int Dilation, int OutHeight, int OutWidth)
{
    /// <summary>That of a layer.</summary>
    public static ConvGeometry Of(GpuConv conv, GpuValue x, GpuValue y)
        => new(
            conv.Groups, x.Channels, y.Channels, x.Height, x.Width, conv.Kernel, conv.Kernel, conv.Stride, -conv.Padding, -conv.Padding,
            conv.Dilation, y.Height, y.Width);

    /// <summary>That of a dense layer: an image is one pixel with all its values as channels.</summary>
    public static ConvGeometry OfDense(int inputs, int outputs) => new(1, inputs, outputs, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1);

    /// <summary>Where what is computed stands in the output; null where it is all of it.</summary>
    public ConvLattice? Lattice { get; init; }

    public int GroupInputs => InChannels / Groups;

    /// <summary>Channels of a group's output.</summary>
    public int Rows => Channels / Groups;

    /// <summary>Products of a value.</summary>
    public int Depth => GroupInputs * KernelHeight * KernelWidth;

    /// <summary>Pixels that are computed.</summary>
    public int OutPixels => OutHeight * OutWidth;

    /// <summary>Floats of a channel of the output, those that are not computed included.</summary>
    public int OutPlane => Lattice is { } lattice ? lattice.Height * lattice.Width : OutPixels;

    /// <summary>Whether four pixels can be written at once.</summary>
    public bool IsVector => Lattice is null && OutPixels % 4 == 0;

    /// <summary>Whether it is a dense layer.</summary>
    public bool IsDense => Height * Width == 1 && OutPixels == 1;

    /// <summary>Whether each channel of the output has one of the input, so that there is no product of matrices.</summary>
    public bool IsDepthwise => GroupInputs == 1 && Groups > 1;

    /// <summary>
    /// For each depth, how far its value lies from the window's first tap, in floats and, in one word, in rows and columns; behind the
    /// last one, depths whose rows lie in no image.
    /// </summary>
    public uint[] Taps()
    {
        // A step more than there are, since the step behind the last one is loaded too.
        int padded = (Depth + ProductTiles.Depth - 1) / ProductTiles.Depth * ProductTiles.Depth + ProductTiles.Depth, k = 0;
        uint[] taps = new uint[2 * padded];
        for (int channel = 0; channel < GroupInputs; channel++)
        {
            for (int i = 0; i < KernelHeight; i++)
            {
                for (int j = 0; j < KernelWidth; j++, k++)
                {
                    taps[2 * k] = (uint)((channel * Height + i * Dilation) * Width + j * Dilation);
                    taps[2 * k + 1] = (uint)(i * Dilation | j * Dilation << 16);
                }
            }
        }

        for (; k < padded; k++)
            taps[2 * k + 1] = 0xffff;

        return taps;
    }
}

/// <summary>Every so-manieth pixel of an output.</summary>
/// <param name="Height">Rows of the output.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Step">From one computed pixel to the next, both ways.</param>
/// <param name="Row">The first computed one's row.</param>
/// <param name="Column">Its column.</param>
internal sealed record ConvLattice(int Height, int Width, int Step, int Row, int Column);
