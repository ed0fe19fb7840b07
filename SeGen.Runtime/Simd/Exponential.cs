using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SeGen.Simd;

/// <summary>exp(-v) and quotients by what is made of it, for the sigmoid and those that contain it.</summary>
/// <remarks>
/// exp is Cephes' expf (S. L. Moshier, 1992): v = n ln 2 - r with n an integer and |r| &lt;= ln 2 / 2, a polynomial of degree 7 in r, and
/// 2^-n in two factors, because n reaches 150 where the result is subnormal.
/// </remarks>
internal static class Exponential
{
    /// <summary>exp(-104) is less than half of the smallest subnormal: beyond it the result would be 0.</summary>
    public const float Most = 104f;

    /// <summary>exp(87) is the largest whose successors can still be divided by without reaching the subnormals.</summary>
    public const float Least = -87f;

    private const float Log2E = 1.44269504088896341f;

    // ln 2 in two parts: n * High is exact for every n up to 150.
    private const float High = 0.693359375f, Low = -2.12194440e-4f;

    // exp(r) = 1 + r + r^2 P(r).
    private const float P0 = 1.9875691500e-4f, P1 = 1.3981999507e-3f, P2 = 8.3334519073e-3f;
    private const float P3 = 4.1665795894e-2f, P4 = 1.6666665459e-1f, P5 = 5.0000001201e-1f;

    /// <summary>
    /// Values of which <see cref="OfNegated(Vector512{float})"/> is from 0 to infinity: beyond 104 to either side nothing changes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Bounded(Vector512<float> v)
        => Vector512.MinNative(Vector512.Create(Most), Vector512.MaxNative(Vector512.Create(-Most), v));

    /// <summary>
    /// Values of which <see cref="OfNegated(Vector256{float})"/> is from 0 to infinity: beyond 104 to either side nothing changes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Bounded(Vector256<float> v)
        => Vector256.MinNative(Vector256.Create(Most), Vector256.MaxNative(Vector256.Create(-Most), v));

    /// <summary>
    /// Values of which <see cref="OfNegated(Vector128{float})"/> is from 0 to infinity: beyond 104 to either side nothing changes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Bounded(Vector128<float> v)
        => Vector128.MinNative(Vector128.Create(Most), Vector128.MaxNative(Vector128.Create(-Most), v));

    /// <summary>exp(-v) of 16 values from minus <see cref="Most"/> to <see cref="Most"/>; infinite below -88.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OfNegated(Vector512<float> v)
    {
        var n = Vector512.Round(v * Vector512.Create(Log2E));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(Low), Vector512.FusedMultiplyAdd(n, Vector512.Create(High), -v));

        var p = Vector512.FusedMultiplyAdd(Vector512.Create(P0), r, Vector512.Create(P1));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P2));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P3));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P4));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P5));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;

        if (Avx512F.IsSupported)
            return Avx512F.Scale(p, -n);

        var bits = Vector512.ConvertToInt32Native(n);
        var half = Vector512.ShiftRightArithmetic(bits, 1);
        return p * PowerOfTwo(-half) * PowerOfTwo(half - bits);
    }

    /// <summary>exp(-v) of 8 values from minus <see cref="Most"/> to <see cref="Most"/>; infinite below -88.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> OfNegated(Vector256<float> v)
    {
        var n = Vector256.Round(v * Vector256.Create(Log2E));
        var r = Vector256.MultiplyAddEstimate(n, Vector256.Create(Low), Vector256.MultiplyAddEstimate(n, Vector256.Create(High), -v));

        var p = Vector256.MultiplyAddEstimate(Vector256.Create(P0), r, Vector256.Create(P1));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(P2));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(P3));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(P4));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(P5));
        p = Vector256.MultiplyAddEstimate(p, r * r, r) + Vector256<float>.One;

        var bits = Vector256.ConvertToInt32Native(n);
        var half = Vector256.ShiftRightArithmetic(bits, 1);
        return p * PowerOfTwo(-half) * PowerOfTwo(half - bits);
    }

    /// <summary>exp(-v) of 4 values from minus <see cref="Most"/> to <see cref="Most"/>; infinite below -88.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> OfNegated(Vector128<float> v)
    {
        var n = Vector128.Round(v * Vector128.Create(Log2E));
        var r = Vector128.MultiplyAddEstimate(n, Vector128.Create(Low), Vector128.MultiplyAddEstimate(n, Vector128.Create(High), -v));

        var p = Vector128.MultiplyAddEstimate(Vector128.Create(P0), r, Vector128.Create(P1));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(P2));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(P3));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(P4));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(P5));
        p = Vector128.MultiplyAddEstimate(p, r * r, r) + Vector128<float>.One;

        var bits = Vector128.ConvertToInt32Native(n);
        var half = Vector128.ShiftRightArithmetic(bits, 1);
        return p * PowerOfTwo(-half) * PowerOfTwo(half - bits);
    }

    /// <summary>
    /// A quotient. With AVX-512 it is a product by the reciprocal's estimate of 14 bits after one step of Newton's method, which doubles
    /// them: a division keeps one port busy for 16 cycles.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Quotient(Vector512<float> numerator, Vector512<float> denominator)
    {
        if (!Avx512F.IsSupported)
            return numerator / denominator;

        var reciprocal = Avx512F.Reciprocal14(denominator);
        return numerator * Vector512.FusedMultiplyAdd(
            reciprocal, Avx512F.FusedMultiplyAddNegated(denominator, reciprocal, Vector512<float>.One), reciprocal);
    }

    /// <summary>As with 512 bits, so that all widths give the same bits on a processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Quotient(Vector256<float> numerator, Vector256<float> denominator)
    {
        if (!Avx512F.VL.IsSupported)
            return numerator / denominator;

        var reciprocal = Avx512F.VL.Reciprocal14(denominator);
        return numerator * Vector256.MultiplyAddEstimate(
            reciprocal, Fma.MultiplyAddNegated(denominator, reciprocal, Vector256<float>.One), reciprocal);
    }

    /// <summary>As with 512 bits, so that all widths give the same bits on a processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Quotient(Vector128<float> numerator, Vector128<float> denominator)
    {
        if (!Avx512F.VL.IsSupported)
            return numerator / denominator;

        var reciprocal = Avx512F.VL.Reciprocal14(denominator);
        return numerator * Vector128.MultiplyAddEstimate(
            reciprocal, Fma.MultiplyAddNegated(denominator, reciprocal, Vector128<float>.One), reciprocal);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PowerOfTwo(Vector512<int> exponent)
        => Vector512.ShiftLeft(exponent + Vector512.Create(127), 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfTwo(Vector256<int> exponent)
        => Vector256.ShiftLeft(exponent + Vector256.Create(127), 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> PowerOfTwo(Vector128<int> exponent)
        => Vector128.ShiftLeft(exponent + Vector128.Create(127), 23).AsSingle();
}
