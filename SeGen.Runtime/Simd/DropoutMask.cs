using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SeGen.Simd;

/// <summary>
/// Which values a dropout keeps: a hash of position and key (the finaliser of MurmurHash3, Appleby 2011) is compared with a threshold, so
/// that a mask needs no memory and no order.
/// </summary>
public static class DropoutMask
{
    private const uint First = 0x85EBCA6B, Second = 0xC2B2AE35;

    /// <summary>A key for one image of a layer in one step (the upper half of splitmix64).</summary>
    public static uint Key(long seed, int layer, int image)
    {
        ulong state = unchecked((ulong)seed * SplitMix64.Increment + (ulong)(uint)layer * 0xD1B54A32D192ED03 + (uint)image);
        return (uint)(SplitMix64.Mix(state) >> 32);
    }

    /// <summary>Whether the value at a position is kept.</summary>
    public static bool KeepsScalar(uint position, uint key, uint threshold)
    {
        uint hash = position ^ key;
        hash = unchecked((hash ^ (hash >> 16)) * First);
        hash = unchecked((hash ^ (hash >> 13)) * Second);
        return (hash ^ (hash >> 16)) >= threshold;
    }

    /// <summary>All bits of the lanes whose values are kept, of 16 from a position on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Keeps512(uint position, uint key, uint threshold)
    {
        var hash = (Vector512.Create(position) + Vector512<uint>.Indices) ^ Vector512.Create(key);
        hash = (hash ^ Vector512.ShiftRightLogical(hash, 16)) * Vector512.Create(First);
        hash = (hash ^ Vector512.ShiftRightLogical(hash, 13)) * Vector512.Create(Second);
        return Vector512.GreaterThanOrEqual(hash ^ Vector512.ShiftRightLogical(hash, 16), Vector512.Create(threshold)).AsSingle();
    }

    /// <summary>All bits of the lanes whose values are kept, of 8 from a position on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Keeps256(uint position, uint key, uint threshold)
    {
        var hash = (Vector256.Create(position) + Vector256<uint>.Indices) ^ Vector256.Create(key);
        hash = (hash ^ Vector256.ShiftRightLogical(hash, 16)) * Vector256.Create(First);
        hash = (hash ^ Vector256.ShiftRightLogical(hash, 13)) * Vector256.Create(Second);
        return Vector256.GreaterThanOrEqual(hash ^ Vector256.ShiftRightLogical(hash, 16), Vector256.Create(threshold)).AsSingle();
    }

    /// <summary>All bits of the lanes whose values are kept, of 4 from a position on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Keeps128(uint position, uint key, uint threshold)
    {
        var hash = (Vector128.Create(position) + Vector128<uint>.Indices) ^ Vector128.Create(key);
        hash = (hash ^ Vector128.ShiftRightLogical(hash, 16)) * Vector128.Create(First);
        hash = (hash ^ Vector128.ShiftRightLogical(hash, 13)) * Vector128.Create(Second);
        return Vector128.GreaterThanOrEqual(hash ^ Vector128.ShiftRightLogical(hash, 16), Vector128.Create(threshold)).AsSingle();
    }
}
