namespace SeGen.Generator.Model;

/// <summary>
/// How far kernels are unrolled. The JIT gives up optimising a method past 60,000 bytes of IL or 2,000 locals, and code slows down
/// well before that (docs/performance.md); tests hold the largest shapes against these numbers.
/// </summary>
internal static class UnrollBudget
{
    /// <summary>Bytes of IL that no generated method should pass.</summary>
    public const int PreferredIL = 10_000;

    /// <summary>Bytes of IL that no generated method may pass.</summary>
    public const int MaxIL = 30_000;

    /// <summary>Loads, stores and addresses of locals that no generated method may pass.</summary>
    public const int MaxLocalReferences = 4_000;

    /// <summary>A channel of at most this many vectors is written out in full.</summary>
    public const int RowVectors = 16;

    /// <summary>
    /// Vectors of a group of short channels that is written out as one run, so that every load and store is aligned where the tensor is.
    /// </summary>
    public const int RunVectors = 64;

    /// <summary>Vectors of one channel in a step of a loop over longer channels.</summary>
    public const int StepVectors = 4;

    /// <summary>Channels that are read side by side in such a loop: as many streams as hardware prefetchers like.</summary>
    public const int Streams = 4;

    /// <summary>Accumulators of the second dense layer: 8 and a broadcast fit the 16 registers of AVX2.</summary>
    public const int ColumnVectors = 8;
}
