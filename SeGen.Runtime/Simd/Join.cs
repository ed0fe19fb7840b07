using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SeGen.Simd;

/// <summary>Vectors that hold the end of one thing and the start of the next.</summary>
public static class Join
{
    /// <summary>The lanes of <paramref name="first"/> below an index, and those of <paramref name="second"/> from it on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> At(Vector512<float> first, Vector512<float> second, int lane)
        => Vector512.ConditionalSelect(
            Vector512.GreaterThanOrEqual(Vector512<int>.Indices, Vector512.Create(lane)).AsSingle(), second, first);

    /// <summary>The lanes of <paramref name="first"/> below an index, and those of <paramref name="second"/> from it on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> At(Vector256<float> first, Vector256<float> second, int lane)
        => Vector256.ConditionalSelect(
            Vector256.GreaterThanOrEqual(Vector256<int>.Indices, Vector256.Create(lane)).AsSingle(), second, first);

    /// <summary>The lanes of <paramref name="first"/> below an index, and those of <paramref name="second"/> from it on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> At(Vector128<float> first, Vector128<float> second, int lane)
        => Vector128.ConditionalSelect(
            Vector128.GreaterThanOrEqual(Vector128<int>.Indices, Vector128.Create(lane)).AsSingle(), second, first);
}
