using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Planning;

/// <summary>
/// How a tensor lies in the arena: in blocks of 16 channels, [C / 16][H][W][16], so that a vector holds neighbouring channels of one
/// pixel; or, for images of few channels, in planes, [C][H][W]. Around each block or plane lies a border of zeros, as wide as the
/// padding of the convolutions that read it. Lanes beyond the channels are zero.
/// </summary>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Pixels, or 0 where they come at run time.</param>
/// <param name="Width">Pixels, or 0 where they come at run time.</param>
/// <param name="Border">Zeros on each side.</param>
/// <param name="IsPlanar">Whether it lies in planes.</param>
internal sealed record Place(int Channels, int Height, int Width, int Border = 0, bool IsPlanar = false)
{
    /// <summary>Which pixels are meant, where not all are.</summary>
    public Lattice? Lattice { get; init; }

    public bool IsFixed => Height > 0;

    /// <summary>Rows that are meant, where the size is fixed.</summary>
    public int Rows => Lattice?.Rows ?? Height;

    /// <summary>Columns that are meant, where the size is fixed.</summary>
    public int Columns => Lattice?.Columns ?? Width;

    /// <summary>Floats from one pixel that is meant to the next.</summary>
    public int Step => Pixel * (Lattice?.Step ?? 1);

    /// <summary>Floats from one pixel to the next.</summary>
    public int Pixel => IsPlanar ? 1 : VectorWidth.MaxLanes;

    /// <summary>Blocks of channels, or planes.</summary>
    public int Blocks => IsPlanar ? Channels : (Channels + VectorWidth.MaxLanes - 1) / VectorWidth.MaxLanes;

    public int PaddedChannels => Blocks * Pixel;

    /// <summary>Floats from one row to the next, where the size is fixed.</summary>
    public long Row => (long)(Width + 2 * Border) * Pixel;

    /// <summary>Floats from one block to the next, where the size is fixed.</summary>
    public long Block => (Height + 2 * Border) * Row;

    /// <summary>Floats from the start of a block to its first pixel, where the size is fixed.</summary>
    public long Inside => Border * (Row + Pixel);

    /// <summary>Floats of the whole tensor, where the size is fixed.</summary>
    public long Length => Blocks * Block;

    /// <summary>"64x56x56", or "64" with the size left open; a border as "b1".</summary>
    public string Text
        => Numbers.Text(Channels) + (IsFixed
            ? $"x{Numbers.Text(Height)}x{Numbers.Text(Width)}"
            : "") + (Border > 0 ? $"b{Numbers.Text(Border)}" : "")
        + (Lattice is { } lattice
            ? $"e{Numbers.Text(lattice.Step)}{(IsFixed ? $"_{Numbers.Text(Rows)}x{Numbers.Text(Columns)}" : "")}"
            : "");

    /// <summary>The same size without border, for people.</summary>
    public string Shape => Numbers.Text(Channels) + (IsFixed ? $" x {Numbers.Text(Height)} x {Numbers.Text(Width)}" : " x H x W");
}

/// <summary>
/// Every so-manieth row and column of a tensor: what the gradient of a convolution with that stride computes at once. Kernels are given the
/// first pixel, so that lattices of one size share them.
/// </summary>
/// <param name="Step">From one row or column to the next.</param>
/// <param name="Rows">Rows, where the size is fixed.</param>
/// <param name="Columns">Columns, where the size is fixed.</param>
internal sealed record Lattice(int Step, int Rows, int Columns);
