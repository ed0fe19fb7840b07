using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>Height and width of a tensor in pixels, where they are known at run time only.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct MapSize(nuint Height, nuint Width)
{
    /// <summary>The size of a convolution's or pooling's output.</summary>
    /// <param name="reach">What the padding adds and the window's extent takes away.</param>
    /// <param name="stride">Pixels between windows.</param>
    /// <param name="padding">Pixels around the input.</param>
    /// <param name="ceil">Whether a last window counts that is only partly filled.</param>
    public MapSize Slide(int reach, int stride, int padding, bool ceil)
        => new(Slide((long)Height, reach, stride, padding, ceil), Slide((long)Width, reach, stride, padding, ceil));

    /// <summary>Floats of a tensor of so many blocks of so many floats a pixel, with a border.</summary>
    public long Length(int blocks, int pixel, int border)
        => blocks * ((long)Height + 2 * border) * ((long)Width + 2 * border) * pixel;

    private static nuint Slide(long side, int reach, int stride, int padding, bool ceil)
    {
        if (side + reach < 0)
            throw new ArgumentException(
                $"The image is too small: within the module a window of {2 * padding - reach} pixels finds no place on {side}.");

        long output = (side + reach) / stride + 1;
        if (ceil && (side + reach) % stride != 0 && output * stride < side + padding)
            output++;

        return (nuint)output;
    }
}
