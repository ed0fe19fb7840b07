using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SeGen.Simd;

/// <summary>
/// Asks for memory before it is read. It stands here, because it needs pointers and generated code does without unsafe; an address that is
/// not there does no harm.
/// </summary>
public static class Prefetch
{
    /// <summary>
    /// Asks for the cache line of an address, into the second-level cache; nothing where the processor has no such instruction.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void ToSecondLevel(ref float at)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(Unsafe.AsPointer(ref at));
    }
}
