using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SeGen.Simd;

/// <summary>Reductions of one vector that System.Runtime.Intrinsics lacks.</summary>
public static class Horizontal
{
    /// <summary>The largest of four values; a NaN where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector128<float> value)
    {
        var pairs = Vector128.Max(value, Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(pairs.ToScalar(), pairs.GetElement(1));
    }

    /// <summary>The largest of eight values; a NaN where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> value) => Max(Vector128.Max(value.GetLower(), value.GetUpper()));

    /// <summary>The largest of sixteen values; a NaN where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> value) => Max(Vector256.Max(value.GetLower(), value.GetUpper()));
}
