namespace SeGen;

/// <summary>Bytes to read from, wherever they lie. Several threads may read at once, and one may dispose of it meanwhile.</summary>
internal abstract class ByteSource : IDisposable
{
    /// <summary>How many bytes there are, or null where only reading to the end tells.</summary>
    public abstract long? Length { get; }

    /// <summary>Whether bytes come once and in their order, as from a network.</summary>
    public virtual bool IsForwardOnly => false;

    /// <summary>Reads bytes from an offset on: as many as asked for, or those there are before the end.</summary>
    /// <returns>How many were read.</returns>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    /// <exception cref="IOException">The bytes cannot be read.</exception>
    public abstract int Read(long offset, Span<byte> bytes);

    /// <summary>The bytes themselves, where they lie in memory.</summary>
    public virtual bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return false;
    }

    public abstract void Dispose();
}
