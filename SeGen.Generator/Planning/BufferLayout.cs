using System.Collections;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning;

/// <summary>A named part of a buffer.</summary>
/// <param name="Name">The constant that holds its offset.</param>
/// <param name="Comment">What lies there.</param>
/// <param name="Offset">In floats.</param>
/// <param name="Length">In floats, padded to whole vectors.</param>
internal sealed record BufferField(string Name, string Comment, int Offset, int Length);

/// <summary>Lays fields one behind the other, each at a multiple of the widest vector.</summary>
internal sealed class BufferLayout : IEnumerable<BufferField>
{
    private readonly List<BufferField> _fields = [];

    /// <summary>Floats of all fields.</summary>
    public int Length { get; private set; }

    public EquatableArray<BufferField> Fields => _fields.ToEquatableArray();

    public void Add(string name, int length, string comment, bool when = true)
    {
        if (!when)
            return;

        int padded = VectorWidth.Pad(length);
        _fields.Add(new BufferField(name, comment, Length, padded));
        Length += padded;
    }

    public IEnumerator<BufferField> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
