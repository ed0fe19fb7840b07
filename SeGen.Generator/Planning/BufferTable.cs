using System.Collections;

namespace SeGen.Generator.Planning;

/// <summary>The buffers of an arena in their order, and by what they are.</summary>
internal sealed class BufferTable(IReadOnlyList<ArenaBuffer> buffers) : IReadOnlyList<ArenaBuffer>
{
    private readonly Dictionary<BufferId, ArenaBuffer> _byId = buffers.ToDictionary(b => b.Id);

    public int Count => buffers.Count;

    public ArenaBuffer this[int index] => buffers[index];

    public ArenaBuffer this[BufferId id] => _byId[id];

    public IEnumerator<ArenaBuffer> GetEnumerator() => buffers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
