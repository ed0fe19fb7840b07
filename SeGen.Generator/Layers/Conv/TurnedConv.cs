using SeGen.Generator.Ir;

namespace SeGen.Generator.Layers.Conv;

/// <summary>
/// The gradient of a convolution's input is a convolution too, of the output's gradient with the weights turned round: at stride 1 one of
/// the whole map; at stride s one for each of the s * s ways in which a pixel can lie between the windows, with the taps that reach it.
/// </summary>
internal static class TurnedConv
{
    /// <summary>The taps along one side that reach pixels p, p + s, p + 2 s, ...</summary>
    /// <param name="Pixel">p.</param>
    /// <param name="First">The tap of the convolution that is the first one here: the last that reaches.</param>
    /// <param name="Step">From one of its taps to the next, downwards.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Offset">Where the first one reads, in pixels of the output from the pixel's number.</param>
    /// <param name="Dilation">Pixels of the output from one tap to the next.</param>
    internal sealed record Side(int Pixel, int First, int Step, int Count, int Offset, int Dilation);

    /// <summary>Zeros that must lie around the output's gradient.</summary>
    public static int Border(Window window)
        => Math.Max(0, (window.Extent - 1 - window.Padding + window.Stride - 1) / window.Stride);

    /// <summary>For each pixel of a stride that any tap reaches, those that do.</summary>
    public static Side[] Sides(Window window) => [.. Enumerable.Range(0, window.Stride).Select(p => Of(window, p)).OfType<Side>()];

    private static Side? Of(Window window, int p)
    {
        int[] taps = [.. Enumerable.Range(0, window.Kernel).Where(k => Mod(p + window.Padding - k * window.Dilation, window.Stride) == 0)];
        if (taps.Length == 0)
            return null;

        int last = taps[taps.Length - 1], step = taps.Length > 1 ? taps[1] - taps[0] : 1;
        return new Side(
            p, last, step, taps.Length, (p + window.Padding - last * window.Dilation) / window.Stride,
            Math.Max(1, step * window.Dilation / window.Stride));
    }

    /// <summary>The convolution that computes the pixels of a lattice.</summary>
    public static Taps Taps(Side rows, Side columns)
        => new(rows.Count, columns.Count, rows.Offset, columns.Offset, 1, rows.Count > 1 ? rows.Dilation : columns.Dilation);

    private static int Mod(int value, int by) => (value % by + by) % by;
}
