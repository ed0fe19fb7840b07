using System.Runtime.InteropServices;

namespace SeGen.Threading;

/// <summary>
/// The cuts that one participant has yet to do, as one word: the job's number, the next cut and the end. Taking a cut is one
/// compare-and-swap, and a thread that wakes up late with an old job's number cannot take one of the job that runs now.
/// </summary>
/// <remarks>Two cache lines each, so that participants do not slow each other down (adjacent lines are fetched in pairs).</remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct CutRange
{
    public const int MaxCuts = (1 << CutBits) - 1;

    private const int CutBits = 20;
    private const int JobBits = 64 - 2 * CutBits;
    private const long CutMask = (1L << CutBits) - 1;
    private const long JobMask = (1L << JobBits) - 1;

    [FieldOffset(0)]
    private long _state;

    public void Set(long job, int first, int end)
        => Volatile.Write(ref _state, (job & JobMask) << (2 * CutBits) | (long)first << CutBits | (uint)end);

    /// <summary>Takes the first cut that is left, or the last one where the job runs backwards.</summary>
    public bool TryTake(long job, bool fromEnd, out int cut)
    {
        while (true)
        {
            long seen = Volatile.Read(ref _state);
            int next = (int)(seen >> CutBits & CutMask), end = (int)(seen & CutMask);
            if ((seen >> (2 * CutBits) & JobMask) != (job & JobMask) || next >= end)
            {
                cut = -1;
                return false;
            }

            cut = fromEnd ? end - 1 : next;
            long left = fromEnd ? seen - 1 : seen + (1L << CutBits);
            if (Interlocked.CompareExchange(ref _state, left, seen) == seen)
                return true;
        }
    }
}
