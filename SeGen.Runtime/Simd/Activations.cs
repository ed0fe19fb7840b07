using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SeGen.Simd;

/// <summary>
/// The other activations of a gate, as PyTorch defines them, at the infinities too: SiLU and hard swish of minus infinity are NaN
/// (infinity times 0). NaN propagates: on x86 the minimum or maximum of a number and a NaN is the second operand, hence their order. SiLU
/// is v / (1 + exp(-v)). With AVX-512 the quotient is a product by a reciprocal, which cannot be that of infinity: for finite values below
/// -87 it stays where it is there, at -1.4e-36. Elsewhere exp(-v) reaches infinity, as in PyTorch, and a finite value divided by that is
/// -0, minus infinity NaN.
/// </summary>
public static class Activations
{
    /// <summary>A table of VFIXUPIMM: minus infinity, token 4, gives NaN, response 3; all else is left as it is.</summary>
    private const int NaNForNegativeInfinity = 3 << (4 * 4);

    /// <summary>max(0, v).</summary>
    public static float ReLU(float value) => MathF.Max(0f, value);

    /// <summary>min(max(0, v), 6).</summary>
    public static float ReLU6(float value) => MathF.Min(MathF.Max(0f, value), 6f);

    /// <summary>v * sigmoid(v).</summary>
    public static float SiLU(float value) => value / (1f + MathF.Exp(-value));

    /// <summary>min(max(v / 6 + 1/2, 0), 1).</summary>
    public static float HardSigmoid(float value) => MathF.Min(MathF.Max(value * (1f / 6f) + 0.5f, 0f), 1f);

    /// <summary>v * hard_sigmoid(v).</summary>
    public static float HardSwish(float value) => value * HardSigmoid(value);

    /// <summary>max(0, v) of 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ReLU(Vector512<float> value) => Vector512.MaxNative(Vector512<float>.Zero, value);

    /// <summary>min(max(0, v), 6) of 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ReLU6(Vector512<float> value)
        => Vector512.MinNative(Vector512.Create(6f), Vector512.MaxNative(Vector512<float>.Zero, value));

    /// <summary>v * sigmoid(v) of 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SiLU(Vector512<float> value)
    {
        if (Avx512F.IsSupported)
        {
            var v = Avx512F.Fixup(
                Vector512.MaxNative(Vector512.Create(Exponential.Least), value), value, Vector512.Create(NaNForNegativeInfinity), 0);
            return Exponential.Quotient(
                v, Vector512<float>.One + Exponential.OfNegated(Vector512.MinNative(Vector512.Create(Exponential.Most), v)));
        }

        return value / (Vector512<float>.One + Exponential.OfNegated(Exponential.Bounded(value)));
    }

    /// <summary>min(max(v / 6 + 1/2, 0), 1) of 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HardSigmoid(Vector512<float> value)
        => Vector512.MinNative(
            Vector512<float>.One, Vector512.MaxNative(Vector512<float>.Zero, value * Vector512.Create(1f / 6f) + Vector512.Create(0.5f)));

    /// <summary>v * hard_sigmoid(v) of 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HardSwish(Vector512<float> value) => value * HardSigmoid(value);

    /// <summary>max(0, v) of 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReLU(Vector256<float> value) => Vector256.MaxNative(Vector256<float>.Zero, value);

    /// <summary>min(max(0, v), 6) of 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReLU6(Vector256<float> value)
        => Vector256.MinNative(Vector256.Create(6f), Vector256.MaxNative(Vector256<float>.Zero, value));

    /// <summary>v * sigmoid(v) of 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SiLU(Vector256<float> value)
    {
        if (Avx512F.VL.IsSupported)
        {
            var v = Avx512F.VL.Fixup(
                Vector256.MaxNative(Vector256.Create(Exponential.Least), value), value, Vector256.Create(NaNForNegativeInfinity), 0);
            return Exponential.Quotient(
                v, Vector256<float>.One + Exponential.OfNegated(Vector256.MinNative(Vector256.Create(Exponential.Most), v)));
        }

        return value / (Vector256<float>.One + Exponential.OfNegated(Exponential.Bounded(value)));
    }

    /// <summary>min(max(v / 6 + 1/2, 0), 1) of 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> HardSigmoid(Vector256<float> value)
        => Vector256.MinNative(
            Vector256<float>.One, Vector256.MaxNative(Vector256<float>.Zero, value * Vector256.Create(1f / 6f) + Vector256.Create(0.5f)));

    /// <summary>v * hard_sigmoid(v) of 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> HardSwish(Vector256<float> value) => value * HardSigmoid(value);

    /// <summary>max(0, v) of 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReLU(Vector128<float> value) => Vector128.MaxNative(Vector128<float>.Zero, value);

    /// <summary>min(max(0, v), 6) of 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReLU6(Vector128<float> value)
        => Vector128.MinNative(Vector128.Create(6f), Vector128.MaxNative(Vector128<float>.Zero, value));

    /// <summary>v * sigmoid(v) of 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SiLU(Vector128<float> value)
    {
        if (Avx512F.VL.IsSupported)
        {
            var v = Avx512F.VL.Fixup(
                Vector128.MaxNative(Vector128.Create(Exponential.Least), value), value, Vector128.Create(NaNForNegativeInfinity), 0);
            return Exponential.Quotient(
                v, Vector128<float>.One + Exponential.OfNegated(Vector128.MinNative(Vector128.Create(Exponential.Most), v)));
        }

        return value / (Vector128<float>.One + Exponential.OfNegated(Exponential.Bounded(value)));
    }

    /// <summary>min(max(v / 6 + 1/2, 0), 1) of 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> HardSigmoid(Vector128<float> value)
        => Vector128.MinNative(
            Vector128<float>.One, Vector128.MaxNative(Vector128<float>.Zero, value * Vector128.Create(1f / 6f) + Vector128.Create(0.5f)));

    /// <summary>v * hard_sigmoid(v) of 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> HardSwish(Vector128<float> value) => value * HardSigmoid(value);

    /// <summary>relu'(v): 1 above 0, else 0.</summary>
    public static float ReLUDerivative(float value) => value > 0f ? 1f : 0f;

    /// <summary>relu6'(v): 1 between 0 and 6, 0 at both ends.</summary>
    public static float ReLU6Derivative(float value) => value is > 0f and < 6f ? 1f : 0f;

    /// <summary>silu'(v) = s + v s (1 - s) with s = sigmoid(v).</summary>
    public static float SiLUDerivative(float value)
    {
        float s = Sigmoid.Of(value);
        return s + value * s * (1f - s);
    }

    /// <summary>hard_swish'(v): 0 below -3, 1 above 3, else v / 3 + 1/2; -1/2 and 3/2 at the ends, as PyTorch.</summary>
    public static float HardSwishDerivative(float value) => value < -3f ? 0f : value > 3f ? 1f : value * (1f / 3f) + 0.5f;

    /// <summary>g relu'(v), told from what came out.</summary>
    public static float ReLUGradient(float gradient, float output) => output > 0f ? gradient : 0f;

    /// <summary>g relu6'(v), told from what came out.</summary>
    public static float ReLU6Gradient(float gradient, float output) => output is > 0f and < 6f ? gradient : 0f;

    /// <summary>g silu'(v).</summary>
    public static float SiLUGradient(float gradient, float value) => gradient * SiLUDerivative(value);

    /// <summary>g hard_swish'(v).</summary>
    public static float HardSwishGradient(float gradient, float value) => gradient * HardSwishDerivative(value);

    /// <summary>g relu'(v) of 16 values, told from what came out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ReLUGradient(Vector512<float> gradient, Vector512<float> output)
        => gradient & Vector512.GreaterThan(output, Vector512<float>.Zero);

    /// <summary>g relu6'(v) of 16 values, told from what came out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ReLU6Gradient(Vector512<float> gradient, Vector512<float> output)
        => gradient & Vector512.GreaterThan(output, Vector512<float>.Zero) & Vector512.LessThan(output, Vector512.Create(6f));

    /// <summary>g silu'(v) of 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SiLUGradient(Vector512<float> gradient, Vector512<float> value)
    {
        var s = Sigmoid.Of(value);
        return gradient * (s + value * s * (Vector512<float>.One - s));
    }

    /// <summary>g hard_swish'(v) of 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HardSwishGradient(Vector512<float> gradient, Vector512<float> value)
    {
        var slope = Vector512.ConditionalSelect(
            Vector512.GreaterThan(value, Vector512.Create(3f)), Vector512<float>.One,
            value * Vector512.Create(1f / 3f) + Vector512.Create(0.5f));
        return Vector512.ConditionalSelect(Vector512.LessThan(value, Vector512.Create(-3f)), Vector512<float>.Zero, gradient * slope);
    }

    /// <summary>g relu'(v) of 8 values, told from what came out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReLUGradient(Vector256<float> gradient, Vector256<float> output)
        => gradient & Vector256.GreaterThan(output, Vector256<float>.Zero);

    /// <summary>g relu6'(v) of 8 values, told from what came out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReLU6Gradient(Vector256<float> gradient, Vector256<float> output)
        => gradient & Vector256.GreaterThan(output, Vector256<float>.Zero) & Vector256.LessThan(output, Vector256.Create(6f));

    /// <summary>g silu'(v) of 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SiLUGradient(Vector256<float> gradient, Vector256<float> value)
    {
        var s = Sigmoid.Of(value);
        return gradient * (s + value * s * (Vector256<float>.One - s));
    }

    /// <summary>g hard_swish'(v) of 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> HardSwishGradient(Vector256<float> gradient, Vector256<float> value)
    {
        var slope = Vector256.ConditionalSelect(
            Vector256.GreaterThan(value, Vector256.Create(3f)), Vector256<float>.One,
            value * Vector256.Create(1f / 3f) + Vector256.Create(0.5f));
        return Vector256.ConditionalSelect(Vector256.LessThan(value, Vector256.Create(-3f)), Vector256<float>.Zero, gradient * slope);
    }

    /// <summary>g relu'(v) of 4 values, told from what came out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReLUGradient(Vector128<float> gradient, Vector128<float> output)
        => gradient & Vector128.GreaterThan(output, Vector128<float>.Zero);

    /// <summary>g relu6'(v) of 4 values, told from what came out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReLU6Gradient(Vector128<float> gradient, Vector128<float> output)
        => gradient & Vector128.GreaterThan(output, Vector128<float>.Zero) & Vector128.LessThan(output, Vector128.Create(6f));

    /// <summary>g silu'(v) of 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SiLUGradient(Vector128<float> gradient, Vector128<float> value)
    {
        var s = Sigmoid.Of(value);
        return gradient * (s + value * s * (Vector128<float>.One - s));
    }

    /// <summary>g hard_swish'(v) of 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> HardSwishGradient(Vector128<float> gradient, Vector128<float> value)
    {
        var slope = Vector128.ConditionalSelect(
            Vector128.GreaterThan(value, Vector128.Create(3f)), Vector128<float>.One,
            value * Vector128.Create(1f / 3f) + Vector128.Create(0.5f));
        return Vector128.ConditionalSelect(Vector128.LessThan(value, Vector128.Create(-3f)), Vector128<float>.Zero, gradient * slope);
    }
}
