using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SeGen.Simd;

/// <summary>
/// The logistic function 1 / (1 + exp(-v)) of every element.
/// </summary>
/// <remarks>
/// With e = exp(-|v|) in (0, 1] it is 1 / (1 + e) for v &gt;= 0 and e / (1 + e) below, so that neither end overflows and small
/// results keep their relative accuracy down to the subnormals. exp is Cephes' expf: |v| = n ln 2 - r with n an integer and
/// |r| &lt;= ln 2 / 2, a polynomial of degree 7 in r, and 2^-n in two factors because n reaches 150 where e is subnormal.
/// The error over all 2^32 floats, at every width, is at most 2.41 units in the last place, and 2.83 where AVX-512 estimates the
/// reciprocal (docs/performance.md); exact at 0 and at the
/// infinities; a NaN stays a NaN.
/// </remarks>
public static class Sigmoid
{
    // exp(-104) is less than half of the smallest subnormal: beyond it e is 0.
    private const float Limit = 104f;
    private const float Log2E = 1.44269504088896341f;

    // ln 2 in two parts: n * High is exact for every n up to 150.
    private const float High = 0.693359375f, Low = -2.12194440e-4f;

    // Cephes expf, S. L. Moshier, 1992: exp(r) = 1 + r + r^2 P(r).
    private const float P0 = 1.9875691500e-4f, P1 = 1.3981999507e-3f, P2 = 8.3334519073e-3f;
    private const float P3 = 4.1665795894e-2f, P4 = 1.6666665459e-1f, P5 = 5.0000001201e-1f;

    /// <summary>The logistic function of one value.</summary>
    public static float Of(float value)
    {
        float e = MathF.Exp(-MathF.Abs(value));
        return (value < 0 ? e : 1f) / (1f + e);
    }

    /// <summary>The logistic function of 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> value)
    {
        // The limit first: on x86 the minimum of a number and a NaN is the second operand, so a NaN stays.
        var v = Vector512.MinNative(Vector512.Create(Limit), Vector512.Abs(value));
        var n = Vector512.Round(v * Vector512.Create(Log2E));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(Low), Vector512.FusedMultiplyAdd(n, Vector512.Create(High), -v));

        var p = Vector512.FusedMultiplyAdd(Vector512.Create(P0), r, Vector512.Create(P1));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P2));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P3));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P4));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(P5));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;

        if (Avx512F.IsSupported)
            return Quotient(value, Avx512F.Scale(p, -n));

        var bits = Vector512.ConvertToInt32Native(n);
        var half = Vector512.ShiftRightLogical(bits, 1);
        return Quotient(value, p * PowerOfTwo(-half) * PowerOfTwo(half - bits));
    }

    /// <summary>1 / (1 + e), or e / (1 + e) for negative values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quotient(Vector512<float> value, Vector512<float> e)
    {
        var numerator = Vector512.ConditionalSelect(Vector512.LessThan(value, Vector512<float>.Zero), e, Vector512<float>.One);
        var denominator = Vector512<float>.One + e;
        if (!Avx512F.IsSupported)
            return numerator / denominator;

        // A division keeps one port busy for 16 cycles. The estimate has 14 bits, and one step of Newton's method doubles them.
        var reciprocal = Avx512F.Reciprocal14(denominator);
        return numerator * Vector512.FusedMultiplyAdd(reciprocal, Avx512F.FusedMultiplyAddNegated(denominator, reciprocal, Vector512<float>.One), reciprocal);
    }

    /// <summary>The logistic function of 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> value)
    {
        // The limit first: on x86 the minimum of a number and a NaN is the second operand, so a NaN stays.
        var v = Vector256.MinNative(Vector256.Create(Limit), Vector256.Abs(value));
        var n = Vector256.Round(v * Vector256.Create(Log2E));
        var r = Vector256.MultiplyAddEstimate(n, Vector256.Create(Low), Vector256.MultiplyAddEstimate(n, Vector256.Create(High), -v));

        var p = Vector256.MultiplyAddEstimate(Vector256.Create(P0), r, Vector256.Create(P1));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(P2));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(P3));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(P4));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(P5));
        p = Vector256.MultiplyAddEstimate(p, r * r, r) + Vector256<float>.One;

        var bits = Vector256.ConvertToInt32Native(n);
        var half = Vector256.ShiftRightLogical(bits, 1);
        var e = p * PowerOfTwo(-half) * PowerOfTwo(half - bits);

        var numerator = Vector256.ConditionalSelect(Vector256.LessThan(value, Vector256<float>.Zero), e, Vector256<float>.One);
        var denominator = Vector256<float>.One + e;
        if (!Avx512F.VL.IsSupported)
            return numerator / denominator;

        // As with 512 bits, so that all widths give the same bits on a processor.
        var reciprocal = Avx512F.VL.Reciprocal14(denominator);
        return numerator * Vector256.MultiplyAddEstimate(reciprocal, Fma.MultiplyAddNegated(denominator, reciprocal, Vector256<float>.One), reciprocal);
    }

    /// <summary>The logistic function of 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Of(Vector128<float> value)
    {
        // The limit first: on x86 the minimum of a number and a NaN is the second operand, so a NaN stays.
        var v = Vector128.MinNative(Vector128.Create(Limit), Vector128.Abs(value));
        var n = Vector128.Round(v * Vector128.Create(Log2E));
        var r = Vector128.MultiplyAddEstimate(n, Vector128.Create(Low), Vector128.MultiplyAddEstimate(n, Vector128.Create(High), -v));

        var p = Vector128.MultiplyAddEstimate(Vector128.Create(P0), r, Vector128.Create(P1));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(P2));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(P3));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(P4));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(P5));
        p = Vector128.MultiplyAddEstimate(p, r * r, r) + Vector128<float>.One;

        var bits = Vector128.ConvertToInt32Native(n);
        var half = Vector128.ShiftRightLogical(bits, 1);
        var e = p * PowerOfTwo(-half) * PowerOfTwo(half - bits);

        var numerator = Vector128.ConditionalSelect(Vector128.LessThan(value, Vector128<float>.Zero), e, Vector128<float>.One);
        var denominator = Vector128<float>.One + e;
        if (!Avx512F.VL.IsSupported)
            return numerator / denominator;

        // As with 512 bits, so that all widths give the same bits on a processor.
        var reciprocal = Avx512F.VL.Reciprocal14(denominator);
        return numerator * Vector128.MultiplyAddEstimate(reciprocal, Fma.MultiplyAddNegated(denominator, reciprocal, Vector128<float>.One), reciprocal);
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
