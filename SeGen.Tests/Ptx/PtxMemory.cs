using System.Runtime.InteropServices;

namespace SeGen.Tests.Ptx;

/// <summary>
/// The memory of a device: allocations far from one another, so that what passes the end of one is found; which words were ever written; and, for
/// a launch, who touched them.
/// </summary>
internal sealed class PtxMemory
{
    private const ulong Gap = 1 << 16, Alignment = 256;

    private readonly SortedList<ulong, Allocation> _allocations = [];
    private ulong _next = 1 << 20;
    private Allocation? _last;

    /// <summary>Allocations that were not freed.</summary>
    public int Count => _allocations.Count;

    public ulong Allocate(long bytes, string name = "memory")
    {
        ulong at = _next;
        _allocations.Add(at, new Allocation(at, name, bytes));
        _next = (at + (ulong)bytes + Gap + Alignment - 1) / Alignment * Alignment;
        return at;
    }

    /// <summary>Allocates and writes.</summary>
    public ulong Allocate(ReadOnlySpan<float> values, string name)
    {
        ulong at = Allocate(values.Length * sizeof(float), name);
        Write(at, MemoryMarshal.AsBytes(values));
        return at;
    }

    public void Free(ulong at)
    {
        if (!_allocations.Remove(at))
            throw new PtxFaultException($"{at:x} is no allocation");

        _last = null;
    }

    /// <summary>Copies from the host.</summary>
    public void Write(ulong at, ReadOnlySpan<byte> bytes)
    {
        (Allocation to, int first) = Place(at, bytes.Length / 4);
        MemoryMarshal.Cast<byte, uint>(bytes).CopyTo(to.Words.AsSpan(first));
        to.Written.AsSpan(first, bytes.Length / 4).Fill(true);
    }

    /// <summary>Copies to the host.</summary>
    public void Read(ulong at, Span<byte> bytes)
    {
        (Allocation from, int first) = Place(at, bytes.Length / 4);
        int missing = from.Written.AsSpan(first, bytes.Length / 4).IndexOf(false);
        if (missing >= 0)
            throw new PtxFaultException($"{from.Name}[{first + missing}] is read back, but was never written");

        MemoryMarshal.AsBytes(from.Words.AsSpan(first, bytes.Length / 4)).CopyTo(bytes);
    }

    public float[] Floats(ulong at, int count)
    {
        var values = new float[count];
        Read(at, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>A launch begins: all that came before has happened before.</summary>
    public void Begin()
    {
        foreach (Allocation allocation in _allocations.Values)
            allocation.Forget();
    }

    public void Load(PtxBlock block, int thread, ulong at, Span<ulong> values, int words, PtxOrdering ordering)
    {
        (Allocation from, int first) = Aligned(at, values.Length * words);
        if (ordering is PtxOrdering.Relaxed or PtxOrdering.Acquire)
            block.Launch.Order.Strong(block, thread, at, ordering, isRead: true, isWrite: false);

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = 0;
            for (int w = 0; w < words; w++)
            {
                int word = first + i * words + w;
                if (!from.Written[word])
                    throw new PtxFaultException($"{from.Name}[{word}] was never written");

                from.Loaded(word, block, thread, ordering);
                values[i] |= (ulong)from.Words[word] << (32 * w);
            }
        }
    }

    public void Store(PtxBlock block, int thread, ulong at, ReadOnlySpan<ulong> values, int words, PtxOrdering ordering)
    {
        (Allocation to, int first) = Aligned(at, values.Length * words);
        if (ordering != PtxOrdering.None)
            block.Launch.Order.Strong(block, thread, at, ordering, isRead: false, isWrite: true);

        for (int i = 0; i < values.Length; i++)
        {
            for (int w = 0; w < words; w++)
            {
                int word = first + i * words + w;
                to.Stored(word, block, thread, ordering);
                to.Written[word] = true;
                to.Words[word] = (uint)(values[i] >> (32 * w));
            }
        }
    }

    /// <summary>An atomic operation; returns what was there.</summary>
    public uint Change(PtxBlock block, int thread, ulong at, Func<uint, uint> change, PtxOrdering ordering)
    {
        (Allocation to, int word) = Aligned(at, 1);
        if (!to.Written[word])
            throw new PtxFaultException($"{to.Name}[{word}] was never written");

        block.Launch.Order.Strong(block, thread, at, ordering, isRead: true, isWrite: true);
        to.Stored(word, block, thread, ordering);
        uint old = to.Words[word];
        to.Words[word] = change(old);
        return old;
    }

    /// <summary>Where a thread's access lies, which must be a multiple of its length.</summary>
    private (Allocation Allocation, int Word) Aligned(ulong at, int words)
        => at % (ulong)(words * 4) == 0 ? Place(at, words) : throw new PtxFaultException($"address {at:x} is not a multiple of {words * 4}");

    private (Allocation Allocation, int Word) Place(ulong at, int words)
    {
        if (_last is null || at < _last.At || at >= _last.At + (ulong)_last.Bytes)
            _last = _allocations.Values.LastOrDefault(a => a.At <= at);

        if (_last is null || at + (ulong)words * 4 > _last.At + (ulong)_last.Bytes)
            throw new PtxFaultException(_last is null ? $"there is nothing at {at:x}" : $"{words * 4} bytes at {at - _last.At} lie beyond {_last.Name}, which has {_last.Bytes}");

        return (_last, (int)((at - _last.At) / 4));
    }

    private sealed class Allocation(ulong at, string name, long bytes)
    {
        private readonly Dictionary<int, HashSet<PtxAccess>> _readers = [];
        private PtxAccess[]? _writer, _reader;
        private byte[]? _kinds;

        public ulong At => at;

        public string Name => name;

        public long Bytes => bytes;

        public uint[] Words { get; } = new uint[(bytes + 3) / 4];

        public bool[] Written { get; } = new bool[(bytes + 3) / 4];

        public void Forget()
        {
            (_writer, _reader, _kinds) = (null, null, null);
            _readers.Clear();
        }

        public void Loaded(int word, PtxBlock block, int thread, PtxOrdering ordering)
        {
            Remember();
            bool isStrong = ordering is PtxOrdering.Relaxed or PtxOrdering.Acquire;
            if (ordering == PtxOrdering.ReadOnly && _writer![word].Thread >= 0)
                throw new PtxFaultException($"{name}[{word}] is read by .nc, but was written by this kernel");

            if (!(isStrong && (_kinds![word] & StrongWrite) != 0) && !block.Launch.Order.IsBefore(_writer![word], block, thread))
                throw Race(word, block, _writer[word], "has written");

            // Whoever writes to what was read by .nc is found by that alone.
            _kinds![word] |= ordering == PtxOrdering.ReadOnly ? ReadOnly : (byte)0;
            if (isStrong || ordering == PtxOrdering.ReadOnly)
                return;

            PtxAccess now = block.Launch.Order.Now(block, thread), known = _reader![word];
            if (known.Thread >= 0 && known.Thread != now.Thread && !block.Launch.Order.IsBefore(known, block, thread))
            {
                if (!_readers.TryGetValue(word, out HashSet<PtxAccess>? all))
                    _readers[word] = all = [];

                all.Add(known);
            }

            _reader[word] = now;
        }

        public void Stored(int word, PtxBlock block, int thread, PtxOrdering ordering)
        {
            Remember();
            PtxOrder order = block.Launch.Order;
            bool isStrong = ordering != PtxOrdering.None;
            if ((_kinds![word] & ReadOnly) != 0)
                throw new PtxFaultException($"{name}[{word}] is written, but was read by .nc in this kernel");

            if (!(isStrong && (_kinds[word] & StrongWrite) != 0) && !order.IsBefore(_writer![word], block, thread))
                throw Race(word, block, _writer[word], "has written");

            if (!order.IsBefore(_reader![word], block, thread))
                throw Race(word, block, _reader[word], "has read");

            if (_readers.Remove(word, out HashSet<PtxAccess>? readers) && readers.FirstOrDefault(r => !order.IsBefore(r, block, thread), PtxAccess.None) is { Thread: >= 0 } reader)
                throw Race(word, block, reader, "has read");

            _writer![word] = order.Now(block, thread);
            _reader[word] = PtxAccess.None;
            _kinds[word] = isStrong ? StrongWrite : (byte)0;
        }

        private const byte StrongWrite = 1, ReadOnly = 2;

        private PtxFaultException Race(int word, PtxBlock block, PtxAccess access, string what)
            => new($"race on {name}[{word}]: thread {access.Thread % block.Threads} of block {access.Thread / block.Threads} {what} it, and nothing orders the two");

        private void Remember()
        {
            if (_writer is not null)
                return;

            _writer = new PtxAccess[Words.Length];
            _reader = new PtxAccess[Words.Length];
            Array.Fill(_writer, PtxAccess.None);
            Array.Fill(_reader, PtxAccess.None);
            _kinds = new byte[Words.Length];
        }
    }
}
