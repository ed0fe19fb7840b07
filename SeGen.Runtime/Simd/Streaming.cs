using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SeGen.Simd;

/// <summary>
/// Stores that go past the caches: a large output is written without first being read, and without driving the input out.
/// They stand here, because they need pointers and generated code does without unsafe.
/// </summary>
public static class Streaming
{
    /// <summary>
    /// Bytes that one thread reads and writes above which streaming pays: about a core's second-level cache. Below it the
    /// output is likely to be read again from there (measured, docs/performance.md).
    /// </summary>
    public const long Threshold = 2 << 20;

    /// <summary>
    /// Whether the processor has such stores; without them <see cref="Store(Vector128{float}, ref float)"/> is an ordinary one.
    /// </summary>
    public static bool IsSupported => Sse.IsSupported;

    /// <summary>
    /// How many floats from the address to the next multiple of the given bytes (a power of two); the address is a float's.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe nuint ToAlignment(ref float at, nuint bytes)
        => ((0 - (nuint)Unsafe.AsPointer(ref at)) & (bytes - 1)) / sizeof(float);

    /// <summary>Makes streamed stores visible to other threads before whatever the caller stores next.</summary>
    public static void Fence()
    {
        if (Sse.IsSupported)
            Sse.StoreFence();
    }

    /// <summary>Stores 16 values; the address must be a multiple of 64 bytes and must not move (a pinned or native one).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Vector512<float> value, ref float at)
        => Vector512.StoreAlignedNonTemporal(value, (float*)Unsafe.AsPointer(ref at));

    /// <summary>Stores 8 values; the address must be a multiple of 32 bytes and must not move (a pinned or native one).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Vector256<float> value, ref float at)
        => Vector256.StoreAlignedNonTemporal(value, (float*)Unsafe.AsPointer(ref at));

    /// <summary>Stores 4 values; the address must be a multiple of 16 bytes and must not move (a pinned or native one).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Vector128<float> value, ref float at)
        => Vector128.StoreAlignedNonTemporal(value, (float*)Unsafe.AsPointer(ref at));
}
