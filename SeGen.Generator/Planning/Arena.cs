namespace SeGen.Generator.Planning;

/// <summary>Gives buffers their places in one arena: two share memory where their lives do not overlap.</summary>
internal static class Arena
{
    /// <summary>
    /// Offsets for buffers of known lengths: the largest first, each at the lowest place that is free for its whole life (Pisarchyk and Lee,
    /// Efficient Memory Management for Deep Neural Net Inference, 2020: greedy by size).
    /// </summary>
    public static IReadOnlyList<ArenaBuffer> Place(IReadOnlyList<ArenaBuffer> buffers)
    {
        var placed = new List<ArenaBuffer>();
        foreach (ArenaBuffer buffer in buffers.OrderByDescending(b => b.Length).ThenBy(b => b.First))
        {
            long at = 0;
            foreach (ArenaBuffer other in placed.Where(p => Overlap(p, buffer)).OrderBy(p => p.Offset))
            {
                if (other.Offset - at >= buffer.Length)
                    break;

                at = Math.Max(at, other.Offset + other.Length);
            }

            placed.Add(buffer with { Offset = at });
        }

        return [.. placed.OrderBy(p => p.First).ThenBy(p => p.Name, StringComparer.Ordinal)];
    }

    /// <summary>Slots for buffers whose lengths are known at run time only: each takes the first slot that is free for its whole life.</summary>
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
