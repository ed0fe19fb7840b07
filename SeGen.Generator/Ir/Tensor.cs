namespace SeGen.Generator.Ir;

/// <summary>A value of a graph: so many channels, each with so many pixels.</summary>
/// <param name="Channels">Channels.</param>
/// <param name="Size">Which of the graph's sizes; <see cref="SizeRule.One"/> for a vector.</param>
internal sealed record Tensor(int Channels, int Size)
{
    /// <summary>Whether there is one pixel, so that channels are all there is.</summary>
    public bool IsVector => Size == SizeRule.One;
}

/// <summary>Height and width that some values of a graph have, and where they come from.</summary>
/// <param name="From">The size before the window, or <see cref="SizeRule.One"/> for the graph's input.</param>
/// <param name="Window">The window; null for the graph's input.</param>
/// <param name="Height">Pixels, or 0 where they come at run time.</param>
/// <param name="Width">Pixels, or 0 where they come at run time.</param>
internal sealed record SizeRule(int From, Window? Window, int Height, int Width)
{
    /// <summary>The size of vectors: one pixel.</summary>
    public const int One = -1;

    public static readonly SizeRule OfVector = new(One, null, 1, 1);

    public bool IsFixed => Height > 0;

    public int Pixels => Height * Width;
}
