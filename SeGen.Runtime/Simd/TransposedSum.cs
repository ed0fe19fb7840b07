using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SeGen.Simd;

/// <summary>
/// Sums of several vectors at once: element i of the result is the sum of the i-th argument's elements. Adding pairs of
/// interleaved vectors costs two shuffles a pair and level, where a sum of each vector alone costs as much for every one.
/// </summary>
public static class TransposedSum
{
    /// <summary>The sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Of(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        if (Sse.IsSupported)
        {
            // [a0 b0 a1 b1] + [a2 b2 a3 b3], the same of c and d, then the low halves plus the high halves
            var ab = Sse.UnpackLow(a, b) + Sse.UnpackHigh(a, b);
            var cd = Sse.UnpackLow(c, d) + Sse.UnpackHigh(c, d);
            return Sse.MoveLowToHigh(ab, cd) + Sse.MoveHighToLow(cd, ab);
        }

        return Pairs(Pairs(a, b), Pairs(c, d));
    }

    /// <summary>The sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Of(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
        => Of(Halves(a), Halves(b), Halves(c), Halves(d));

    /// <summary>The sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Of(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
        => Of(Halves(a), Halves(b), Halves(c), Halves(d));

    /// <summary>The sums of eight vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        Vector256<float> e, Vector256<float> f, Vector256<float> g, Vector256<float> h)
    {
        if (Avx.IsSupported)
        {
            // Each half of abcd holds the four sums over one half of a, b, c and d.
            var abcd = Quarter(a, b, c, d);
            var efgh = Quarter(e, f, g, h);
            return Avx.Permute2x128(abcd, efgh, 0x20) + Avx.Permute2x128(abcd, efgh, 0x31);
        }

        return Vector256.Create(Of(a, b, c, d), Of(e, f, g, h));
    }

    /// <summary>The sums of eight vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d,
        Vector512<float> e, Vector512<float> f, Vector512<float> g, Vector512<float> h)
        => Of(Halves(a), Halves(b), Halves(c), Halves(d), Halves(e), Halves(f), Halves(g), Halves(h));

    /// <summary>The sums of sixteen vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d,
        Vector512<float> e, Vector512<float> f, Vector512<float> g, Vector512<float> h,
        Vector512<float> i, Vector512<float> j, Vector512<float> k, Vector512<float> l,
        Vector512<float> m, Vector512<float> n, Vector512<float> o, Vector512<float> p)
    {
        if (Avx512F.IsSupported)
        {
            // Each quarter of abcd holds the four sums over one quarter of a, b, c and d; 0x88 takes the even quarters of
            // two vectors, 0xDD the odd ones.
            var abcd = Quarter(a, b, c, d);
            var efgh = Quarter(e, f, g, h);
            var ijkl = Quarter(i, j, k, l);
            var mnop = Quarter(m, n, o, p);
            var low = Avx512F.Shuffle4x128(abcd, efgh, 0x88) + Avx512F.Shuffle4x128(abcd, efgh, 0xDD);
            var high = Avx512F.Shuffle4x128(ijkl, mnop, 0x88) + Avx512F.Shuffle4x128(ijkl, mnop, 0xDD);
            return Avx512F.Shuffle4x128(low, high, 0x88) + Avx512F.Shuffle4x128(low, high, 0xDD);
        }

        return Vector512.Create(Of(a, b, c, d, e, f, g, h), Of(i, j, k, l, m, n, o, p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Quarter(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        var ab = Avx.UnpackLow(a, b) + Avx.UnpackHigh(a, b);
        var cd = Avx.UnpackLow(c, d) + Avx.UnpackHigh(c, d);
        return Avx.Shuffle(ab, cd, 0x44) + Avx.Shuffle(ab, cd, 0xEE);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quarter(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        var ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
        var cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
        return Avx512F.Shuffle(ab, cd, 0x44) + Avx512F.Shuffle(ab, cd, 0xEE);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Halves(Vector256<float> v) => v.GetLower() + v.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(Vector512<float> v) => v.GetLower() + v.GetUpper();

    // [x0+x1 x2+x3 y0+y1 y2+y3] where there are no x86 shuffles (ARM64's FADDP does it in one instruction).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Pairs(Vector128<float> x, Vector128<float> y)
    {
        if (System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported)
            return System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.AddPairwise(x, y);

        var even = Vector128.Create(
            Vector128.Shuffle(x, Vector128.Create(0, 2, 0, 2)).GetLower(), Vector128.Shuffle(y, Vector128.Create(0, 2, 0, 2)).GetLower());
        var odd = Vector128.Create(
            Vector128.Shuffle(x, Vector128.Create(1, 3, 1, 3)).GetLower(), Vector128.Shuffle(y, Vector128.Create(1, 3, 1, 3)).GetLower());
        return even + odd;
    }
}
