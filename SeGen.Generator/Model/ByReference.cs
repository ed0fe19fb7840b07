using System.Runtime.CompilerServices;

namespace SeGen.Generator.Model;

/// <summary>Compares objects by being the same one, for records that would compare all that they hold.</summary>
internal sealed class ByReference<T> : IEqualityComparer<T>
    where T : class
{
    public static readonly ByReference<T> Comparer = new();

    public bool Equals(T? x, T? y) => ReferenceEquals(x, y);

    public int GetHashCode(T obj) => RuntimeHelpers.GetHashCode(obj);
}
