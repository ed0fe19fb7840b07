namespace SeGen.Generator.Planning;

/// <summary>Gives buffers their places in one arena: two share memory where their lives do not overlap.</summary>
internal static class Arena
{
    /// <summary>
    /// Offsets for buffers of known lengths: the largest first, each at the lowest place that is free for its whole life (Pisarchyk and
    /// Lee, Efficient Memory Management for Deep Neural Net Inference, 2020: greedy by size).
    /// </summary>
    public static IReadOnlyList<ArenaBuffer> Place(IReadOnlyList<ArenaBuffer> buffers, CancellationToken cancellation = default)
    {
        // Values live as long as half of a training step: nearly all that are placed are looked at for each, so that they are kept in
        // order.
        var byOffset = new List<ArenaBuffer>(buffers.Count);
        foreach (ArenaBuffer buffer in buffers.OrderByDescending(b => b.Length).ThenBy(b => b.First))
        {
            cancellation.ThrowIfCancellationRequested();
            long at = 0;
            foreach (ArenaBuffer other in byOffset)
            {
                if (!Overlap(other, buffer))
                    continue;

                if (other.Offset - at >= buffer.Length)
                    break;

                at = Math.Max(at, other.Offset + other.Length);
            }

            Insert(byOffset, buffer with { Offset = at });
        }

        return [.. byOffset.OrderBy(p => p.First).ThenBy(p => p.Name, StringComparer.Ordinal)];
    }

    private static void Insert(List<ArenaBuffer> byOffset, ArenaBuffer buffer)
    {
        int low = 0, high = byOffset.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (byOffset[middle].Offset <= buffer.Offset)
                low = middle + 1;
            else
                high = middle;
        }

        byOffset.Insert(low, buffer);
    }

    /// <summary>
    /// Slots for buffers whose lengths are known at run time only: each takes the first slot that is free for its whole life.
    /// </summary>
    public static IReadOnlyList<ArenaBuffer> Slots(IReadOnlyList<ArenaBuffer> buffers)
    {
        var lastOfSlot = new List<int>();
        var placed = new List<ArenaBuffer>();
        foreach (ArenaBuffer buffer in buffers.OrderBy(b => b.First))
        {
            int slot = lastOfSlot.FindIndex(last => last < buffer.First);
            if (slot < 0)
            {
                slot = lastOfSlot.Count;
                lastOfSlot.Add(0);
            }

            lastOfSlot[slot] = buffer.Last;
            placed.Add(buffer with { Offset = slot });
        }

        return placed;
    }

    private static bool Overlap(ArenaBuffer a, ArenaBuffer b) => a.First <= b.Last && b.First <= a.Last;
}
