namespace SeGen.Cuda.Layers;

/// <summary>
/// The gradient of a convolution's input is a convolution too, of the output's gradient with the weights turned round: at stride 1 one of
/// the whole map; at stride s one for each of the s * s ways in which a pixel can lie between the windows, with the taps that reach it.
/// </summary>
internal static class TurnedConv
{
    /// <summary>The taps along one side that reach pixels p, p + s, p + 2 s, ...</summary>
    /// <param name="Pixel">p.</param>
    /// <param name="First">The tap that is the first one here: the last that reaches.</param>
    /// <param name="Step">From one of its taps to the next, downwards.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Offset">Where the first one reads, in pixels of the output from the pixel's number.</param>
    /// <param name="Dilation">Pixels of the output from one tap to the next.</param>
    internal sealed record Side(int Pixel, int First, int Step, int Count, int Offset, int Dilation);

    /// <summary>For each pixel of a stride that any tap reaches, those that do.</summary>
    public static Side[] Sides(ConvGeometry conv) => [.. Enumerable.Range(0, conv.Stride).Select(p => Of(conv, p)).OfType<Side>()];

    /// <summary>The convolution that computes the pixels of a lattice, of the output's gradient.</summary>
    public static ConvGeometry? Turn(ConvGeometry conv, Side rows, Side columns)
    {
        int height = (conv.Height - rows.Pixel + conv.Stride - 1) / conv.Stride, width =
            (conv.Width - columns.Pixel + conv.Stride - 1) / conv.Stride;
        if (height <= 0 || width <= 0)
            return null;

        int dilation = rows.Count > 1 ? rows.Dilation : columns.Dilation;
        return new ConvGeometry(
            conv.Groups, conv.Channels, conv.InChannels, conv.OutHeight, conv.OutWidth, rows.Count, columns.Count, 1, rows.Offset,
            columns.Offset, dilation, height, width)
        {
            Lattice = conv.Stride == 1 ? null : new ConvLattice(conv.Height, conv.Width, conv.Stride, rows.Pixel, columns.Pixel),
        };
    }

    private static Side? Of(ConvGeometry conv, int p)
    {
        // Both sides of a convolution are padded alike.
        int padding = -conv.Top, stride = conv.Stride;
        int[] taps = [.. Enumerable.Range(0, conv.KernelHeight).Where(
            k => ((p + padding - k * conv.Dilation) % stride + stride) % stride == 0)];
        if (taps.Length == 0)
            return null;

        int last = taps[^1], step = taps.Length > 1 ? taps[1] - taps[0] : 1;
        return new Side(
            p, last, step, taps.Length, (p + padding - last * conv.Dilation) / stride, Math.Max(1, step * conv.Dilation / stride));
    }
}
