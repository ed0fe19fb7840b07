namespace SeGen;

/// <summary>The rest of a stream that can seek and that somebody else closes.</summary>
internal sealed class StreamBytes(Stream stream) : ByteSource
{
    private readonly Lock _seeking = new();
    private readonly long _start = stream.Position;
    private bool _isDisposed;

    public override long? Length { get; } = Math.Max(0, stream.Length - stream.Position);

    public override int Read(long offset, Span<byte> bytes)
    {
        lock (_seeking)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            stream.Position = _start + offset;
            return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
    }

    public override void Dispose()
    {
        lock (_seeking)
            _isDisposed = true;
    }
}
