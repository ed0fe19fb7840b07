namespace SeGen.Tests.Ptx;

/// <summary>How an access to memory is ordered with others (PTX ISA, section 8).</summary>
internal enum PtxOrdering
{
    /// <summary>Weak: two of them that conflict must be ordered by something else.</summary>
    None,

    /// <summary>.nc: nothing may write there while the kernel runs.</summary>
    ReadOnly,
    Relaxed,
    Acquire,
    Release,
    AcquireRelease,
}

/// <summary>An access by a thread, between two barriers of its block.</summary>
/// <param name="Thread">Counted through all blocks; -1 for none.</param>
/// <param name="Epoch">How many barriers of its block came before.</param>
internal readonly record struct PtxAccess(int Thread, int Epoch)
{
    public static readonly PtxAccess None = new(-1, 0);
}

/// <summary>
/// What has happened before what, between blocks: a release, by a fence and an atomic operation behind it or by one that says so, is known to those
/// who acquire it in the same place. Within a block it is the barrier that orders.
/// </summary>
internal sealed class PtxOrder(int threads)
{
    private readonly Dictionary<int, Known> _blocks = [], _threads = [], _fences = [], _pending = [];
    private readonly Dictionary<ulong, Known> _places = [];

    /// <summary>Whether an access has happened before what a thread does now.</summary>
    public bool IsBefore(PtxAccess access, PtxBlock block, int thread)
    {
        int number = block.Number * threads + thread;
        if (access.Thread < 0 || access.Thread == number)
            return true;

        return access.Thread / threads == block.Number
            ? access.Epoch < block.Epoch
            : (_blocks.TryGetValue(block.Number, out Known? ofBlock) && ofBlock.Covers(access, threads)) || (_threads.TryGetValue(number, out Known? own) && own.Covers(access, threads));
    }

    public PtxAccess Now(PtxBlock block, int thread) => new(block.Number * threads + thread, block.Epoch);

    /// <summary>A fence: what was read before it is acquired, what was done before it is released by the next atomic operation.</summary>
    public void Fence(PtxBlock block, int thread)
    {
        int number = block.Number * threads + thread;
        if (_pending.Remove(number, out Known? acquired))
            Of(_threads, number).Add(acquired);

        _fences[number] = Snapshot(block, thread);
    }

    /// <summary>An atomic operation or a strong load or store, before it takes place.</summary>
    public void Strong(PtxBlock block, int thread, ulong place, PtxOrdering ordering, bool isRead, bool isWrite)
    {
        int number = block.Number * threads + thread;
        if (isRead && _places.TryGetValue(place, out Known? known))
            Of(ordering is PtxOrdering.Acquire or PtxOrdering.AcquireRelease ? _threads : _pending, number).Add(known);

        if (!isWrite)
            return;

        if (ordering is PtxOrdering.Release or PtxOrdering.AcquireRelease)
            Of(_places, place).Add(Snapshot(block, thread));
        else if (_fences.TryGetValue(number, out Known? released))
            Of(_places, place).Add(released);
    }

    /// <summary>A barrier of a block: all its threads know what one of them knows.</summary>
    public void Barrier(PtxBlock block)
    {
        for (int thread = 0; thread < block.Threads; thread++)
        {
            if (_threads.Remove(block.Number * threads + thread, out Known? own))
                Of(_blocks, block.Number).Add(own);
        }
    }

    private Known Snapshot(PtxBlock block, int thread)
    {
        var known = new Known();
        if (_blocks.TryGetValue(block.Number, out Known? ofBlock))
            known.Add(ofBlock);

        if (_threads.TryGetValue(block.Number * threads + thread, out Known? own))
            known.Add(own);

        known.Add(block.Number, new Reached(block.Epoch, [block.Number * threads + thread]));
        return known;
    }

    private static Known Of<T>(Dictionary<T, Known> all, T key)
        where T : notnull
    {
        if (!all.TryGetValue(key, out Known? known))
            all[key] = known = new Known();

        return known;
    }

    /// <summary>Of a block: everything before an epoch, and in that epoch what some threads did.</summary>
    private sealed record Reached(int Epoch, int[] Threads);

    private sealed class Known
    {
        private readonly Dictionary<int, Reached> _blocks = [];

        public bool Covers(PtxAccess access, int threads)
            => _blocks.TryGetValue(access.Thread / threads, out Reached? reached)
                && (access.Epoch < reached.Epoch || (access.Epoch == reached.Epoch && reached.Threads.Contains(access.Thread)));

        public void Add(Known other)
        {
            foreach ((int block, Reached reached) in other._blocks)
                Add(block, reached);
        }

        public void Add(int block, Reached reached)
        {
            if (!_blocks.TryGetValue(block, out Reached? known) || known.Epoch < reached.Epoch)
                _blocks[block] = reached;
            else if (known.Epoch == reached.Epoch && reached.Threads.Except(known.Threads).Any())
                _blocks[block] = reached with { Threads = [.. known.Threads.Union(reached.Threads)] };
        }
    }
}
