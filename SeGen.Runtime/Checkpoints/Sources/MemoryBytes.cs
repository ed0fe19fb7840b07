namespace SeGen;

/// <summary>Bytes in memory.</summary>
internal sealed class MemoryBytes(ReadOnlyMemory<byte> memory) : ByteSource
{
    private bool _isDisposed;

    public override long? Length => memory.Length;

    public override int Read(long offset, Span<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ReadOnlySpan<byte> rest = memory.Span[(int)Math.Min(offset, memory.Length)..];
        int length = Math.Min(rest.Length, bytes.Length);
        rest[..length].CopyTo(bytes);
        return length;
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        bytes = memory.Span.Slice((int)offset, length);
        return true;
    }

    public override void Dispose() => _isDisposed = true;
}
