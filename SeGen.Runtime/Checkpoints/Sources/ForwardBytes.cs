using System.Buffers;

namespace SeGen;

/// <summary>A stream that cannot seek, read forward once: bytes that nobody asks for are passed over.</summary>
internal sealed class ForwardBytes(Stream stream) : ByteSource
{
    private const int Skipped = 1 << 16;

    private readonly Lock _reading = new();
    private long _at;
    private bool _hasEnded, _isDisposed;

    public override long? Length => _hasEnded ? _at : null;

    public override bool IsForwardOnly => true;

    /// <exception cref="InvalidOperationException">The bytes have gone by.</exception>
    public override int Read(long offset, Span<byte> bytes)
    {
        lock (_reading)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (offset < _at)
                throw new InvalidOperationException("The stream cannot seek, and these bytes have gone by.");

            if (!Skip(offset - _at))
                return 0;

            int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            _at += read;
            _hasEnded |= read < bytes.Length;
            return read;
        }
    }

    public override void Dispose()
    {
        lock (_reading)
            _isDisposed = true;
    }

    private bool Skip(long bytes)
    {
        if (bytes == 0)
            return true;

        byte[] nobodys = ArrayPool<byte>.Shared.Rent(Skipped);
        try
        {
            while (bytes > 0)
            {
                int read = stream.Read(nobodys, 0, (int)Math.Min(bytes, nobodys.Length));
                _hasEnded |= read == 0;
                if (read == 0)
                    return false;

                _at += read;
                bytes -= read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(nobodys);
        }
    }
}
