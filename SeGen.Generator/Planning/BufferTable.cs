using System.Collections;
using SeGen.Generator.Programs;

namespace SeGen.Generator.Planning;

/// <summary>The buffers of an arena in their order, and by name.</summary>
internal sealed class BufferTable(IReadOnlyList<ArenaBuffer> buffers) : IReadOnlyList<ArenaBuffer>
{
    private readonly Dictionary<string, ArenaBuffer> _byName = buffers.ToDictionary(b => b.Name, StringComparer.Ordinal);

    public int Count => buffers.Count;

    public ArenaBuffer this[int index] => buffers[index];

    public ArenaBuffer this[string name] => _byName[name];

    public IEnumerator<ArenaBuffer> GetEnumerator() => buffers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
