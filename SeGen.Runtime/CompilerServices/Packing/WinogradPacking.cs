using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SeGen.CompilerServices;

/// <summary>
/// Transforms the weights of 3 x 3 convolutions, u = G w G^T (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016), in
/// double precision, eight outputs at a time. Optimized at once: a network is packed but once, and the tiers would take longer than that.
/// </summary>
internal static class WinogradPacking
{
    private const int Lanes = 16, Half = 8, Taps = 9, MaxPoints = 36;

    /// <summary>Floats of the transformed weights, without biases.</summary>
    public static int Length(ConvShape shape, bool turned)
        => Points(shape.Layout) * Padded(Inputs(shape, turned)) * Padded(Outputs(shape, turned));

    /// <summary>Writes [outputs / group][point][group / 16][inputs][16], inputs and outputs padded to whole blocks of 16.</summary>
    /// <param name="weights">[outputs][inputs][3][3].</param>
    /// <param name="turned">Whether the convolution is the one that goes back: its inputs are the outputs, and its taps are turned
    /// round.</param>
    /// <param name="folded">The batch norm after it, or null.</param>
    /// <param name="shape">The shape of the convolution, with the layout of what is written.</param>
    /// <param name="packed">Where they go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(
        ReadOnlySpan<float> weights, bool turned, (float Scale, float Shift)[]? folded, ConvShape shape, Span<float> packed)
    {
        int outputs = Outputs(shape, turned), points =
            Points(shape.Layout), group = shape.Inputs * Lanes, padded = Padded(Inputs(shape, turned)), ofPoint = padded * group;
        Span<Vector512<double>> low = stackalloc Vector512<double>[MaxPoints], high = stackalloc Vector512<double>[MaxPoints];
        for (int first = 0; first < Padded(outputs); first += Lanes)
        {
            Span<float> to = packed.Slice(first / group * ofPoint * points + first % group / Lanes * padded * Lanes);
            for (int i = 0; i < padded; i++)
            {
                // Both halves of a block before either is written, so that a line of memory is written at once.
                Transform(weights, turned, folded, shape, first, i, low);
                Transform(weights, turned, folded, shape, first + Half, i, high);
                for (int p = 0; p < points; p++)
                {
                    var lower = Vector256.Narrow(low[p].GetLower(), low[p].GetUpper());
                    var upper = Vector256.Narrow(high[p].GetLower(), high[p].GetUpper());
                    Vector512.Create(lower, upper).StoreUnsafe(ref to[p * ofPoint + i * Lanes]);
                }
            }
        }
    }

    /// <summary>The weights from an input to eight outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform(
        ReadOnlySpan<float> weights, bool turned, (float Scale, float Shift)[]? folded, ConvShape shape, int first, int input,
        Span<Vector512<double>> points)
    {
        int inputs = Inputs(shape, turned), outputs = Outputs(shape, turned);
        Span<double> lanes = stackalloc double[Taps * Half];
        lanes.Clear();
        for (int o = first; o < Math.Min(first + Half, outputs) && input < inputs; o++)
        {
            ReadOnlySpan<float> from = weights.Slice((turned ? input * outputs + o : o * inputs + input) * Taps, Taps);
            float scale = folded?[o].Scale ?? 1f;
            for (int tap = 0; tap < Taps; tap++)
                lanes[tap * Half + o - first] = from[turned ? Taps - 1 - tap : tap] * scale;
        }

        Span<Vector512<double>> taps = stackalloc Vector512<double>[Taps];
        for (int tap = 0; tap < Taps; tap++)
            taps[tap] = Vector512.LoadUnsafe(ref lanes[tap * Half]);

        if (shape.Layout == ConvLayout.Winograd2)
            Transform2(taps, points);
        else
            Transform4(taps, points);
    }

    private static int Inputs(ConvShape shape, bool turned) => turned ? shape.Channels : shape.InChannels;

    private static int Outputs(ConvShape shape, bool turned) => turned ? shape.InChannels : shape.Channels;

    private static int Points(ConvLayout layout) => layout == ConvLayout.Winograd2 ? 16 : 36;

    private static int Padded(int channels) => (channels + Lanes - 1) / Lanes * Lanes;

    /// <summary>G = [1, 0, 0; 1/2, 1/2, 1/2; 1/2, -1/2, 1/2; 0, 0, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform2(ReadOnlySpan<Vector512<double>> taps, Span<Vector512<double>> points)
    {
        Span<Vector512<double>> down = stackalloc Vector512<double>[12];
        for (int x = 0; x < 3; x++)
            Side(taps[x], taps[x + 3], taps[x + 6], down, x, 3);

        for (int y = 0; y < 4; y++)
            Side(down[3 * y], down[3 * y + 1], down[3 * y + 2], points, 4 * y, 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Side(Vector512<double> w0, Vector512<double> w1, Vector512<double> w2, Span<Vector512<double>> to, int at, int step)
        {
            Vector512<double> ends = (w0 + w2) * 0.5, middle = w1 * 0.5;
            to[at] = w0;
            to[at + step] = ends + middle;
            to[at + 2 * step] = ends - middle;
            to[at + 3 * step] = w2;
        }
    }

    /// <summary>
    /// Rows [1, p, p^2] / f(p) for the points p = 0, a, -a, b, -b with a = 3/4 and b = 3/2, where f(p) is the product of the differences
    /// to the other points: f(0) = 81/64, f(a) = -243/128, f(b) = 243/32; and [0, 0, 1].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform4(ReadOnlySpan<Vector512<double>> taps, Span<Vector512<double>> points)
    {
        Span<Vector512<double>> down = stackalloc Vector512<double>[18];
        for (int x = 0; x < 3; x++)
            Side(taps[x], taps[x + 3], taps[x + 6], down, x, 3);

        for (int y = 0; y < 6; y++)
            Side(down[3 * y], down[3 * y + 1], down[3 * y + 2], points, 6 * y, 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Side(Vector512<double> w0, Vector512<double> w1, Vector512<double> w2, Span<Vector512<double>> to, int at, int step)
        {
            const double A = 0.75, B = 1.5, OfZero = 64d / 81, OfA = -128d / 243, OfB = 32d / 243;
            Vector512<double> even1 =
                (w0 + w2 * (A * A)) * OfA, odd1 = w1 * (A * OfA), even2 = (w0 + w2 * (B * B)) * OfB, odd2 = w1 * (B * OfB);
            to[at] = w0 * OfZero;
            to[at + step] = even1 + odd1;
            to[at + 2 * step] = even1 - odd1;
            to[at + 3 * step] = even2 + odd2;
            to[at + 4 * step] = even2 - odd2;
            to[at + 5 * step] = w2;
        }
    }
}
