using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SeGen.Simd;

/// <summary>
/// Planes of pixels into blocks of 16 channels and back: transpositions of 8 x 8 values in registers where the processor has the shuffles.
/// They stand here, because they depend on no shape.
/// </summary>
public static class ChannelBlocks
{
    private const int Lanes = 16;

    /// <summary>Writes pixels of some planes side by side.</summary>
    /// <param name="planes">The first pixel of the first plane.</param>
    /// <param name="plane">Floats from one plane to the next.</param>
    /// <param name="channels">Planes, at most 16; the other lanes become 0.</param>
    /// <param name="pixels">How many neighbouring pixels.</param>
    /// <param name="block">The first pixel of the block.</param>
    public static void Gather(ref readonly float planes, nuint plane, nuint channels, nuint pixels, ref float block)
    {
        ref float from = ref Unsafe.AsRef(in planes);
        nuint pixel = 0;
        if (Avx.IsSupported && channels == Lanes)
        {
            for (; pixel + 8 <= pixels; pixel += 8)
            {
                Transpose(ref Unsafe.Add(ref from, pixel), plane, ref Unsafe.Add(ref block, pixel * Lanes), Lanes);
                Transpose(ref Unsafe.Add(ref from, 8 * plane + pixel), plane, ref Unsafe.Add(ref block, pixel * Lanes + 8), Lanes);
            }
        }

        for (; pixel < pixels; pixel++)
        {
            ref float to = ref Unsafe.Add(ref block, pixel * Lanes);
            nuint lane = 0;
            for (; lane < channels; lane++)
                Unsafe.Add(ref to, lane) = Unsafe.Add(ref from, lane * plane + pixel);

            for (; lane < Lanes; lane++)
                Unsafe.Add(ref to, lane) = 0f;
        }
    }

    /// <summary>Writes the channels of neighbouring pixels to their planes.</summary>
    /// <param name="block">The first pixel of the block.</param>
    /// <param name="pixels">How many neighbouring pixels.</param>
    /// <param name="channels">Planes, at most 16.</param>
    /// <param name="planes">The first pixel of the first plane.</param>
    /// <param name="plane">Floats from one plane to the next.</param>
    public static void Scatter(ref readonly float block, nuint pixels, nuint channels, ref float planes, nuint plane)
    {
        ref float from = ref Unsafe.AsRef(in block);
        nuint pixel = 0;
        if (Avx.IsSupported && channels == Lanes)
        {
            for (; pixel + 8 <= pixels; pixel += 8)
            {
                Transpose(ref Unsafe.Add(ref from, pixel * Lanes), Lanes, ref Unsafe.Add(ref planes, pixel), plane);
                Transpose(ref Unsafe.Add(ref from, pixel * Lanes + 8), Lanes, ref Unsafe.Add(ref planes, 8 * plane + pixel), plane);
            }
        }

        for (; pixel < pixels; pixel++)
        {
            for (nuint lane = 0; lane < channels; lane++)
                Unsafe.Add(ref planes, lane * plane + pixel) = Unsafe.Add(ref from, pixel * Lanes + lane);
        }
    }

    /// <summary>Eight rows of eight values into eight columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref float from, nuint fromRow, ref float to, nuint toRow)
    {
        // Rows i and i + 4 share a vector, so that two rounds of shuffles within its halves are enough.
        Vector256<float> a =
            Pair(ref from, 0, fromRow), b = Pair(ref from, 1, fromRow), c = Pair(ref from, 2, fromRow), d = Pair(ref from, 3, fromRow);
        Vector256<float> e = Pair(ref Unsafe.Add(ref from, 4), 0, fromRow), f = Pair(ref Unsafe.Add(ref from, 4), 1, fromRow);
        Vector256<float> g = Pair(ref Unsafe.Add(ref from, 4), 2, fromRow), h = Pair(ref Unsafe.Add(ref from, 4), 3, fromRow);
        Four(a, b, c, d, ref to, toRow);
        Four(e, f, g, h, ref Unsafe.Add(ref to, 4 * toRow), toRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(ref float from, nuint row, nuint stride)
        => Vector256.Create(Vector128.LoadUnsafe(ref from, row * stride), Vector128.LoadUnsafe(ref from, (row + 4) * stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, ref float to, nuint toRow)
    {
        Vector256<float> ab = Avx.UnpackLow(a, b), cd = Avx.UnpackLow(c, d), ab2 = Avx.UnpackHigh(a, b), cd2 = Avx.UnpackHigh(c, d);
        Avx.Shuffle(ab, cd, 0b01_00_01_00).StoreUnsafe(ref to);
        Avx.Shuffle(ab, cd, 0b11_10_11_10).StoreUnsafe(ref to, toRow);
        Avx.Shuffle(ab2, cd2, 0b01_00_01_00).StoreUnsafe(ref to, 2 * toRow);
        Avx.Shuffle(ab2, cd2, 0b11_10_11_10).StoreUnsafe(ref to, 3 * toRow);
    }
}
