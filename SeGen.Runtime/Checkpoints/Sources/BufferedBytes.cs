namespace SeGen;

/// <summary>
/// A stream that cannot seek, kept in memory as it is read, so that tensors can be asked for in any order. It grows in chunks with what
/// comes, never with what a header claims, and beyond what one array holds.
/// </summary>
internal sealed class BufferedBytes(Stream stream) : ByteSource
{
    private const int Chunk = 1 << 22;

    private readonly Lock _reading = new();
    private readonly List<byte[]> _chunks = [];
    private long _length;
    private bool _hasEnded, _isDisposed;

    public override long? Length => _hasEnded ? _length : null;

    public override int Read(long offset, Span<byte> bytes)
    {
        lock (_reading)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Fill(offset + bytes.Length);
            int read = 0;
            while (read < bytes.Length && offset + read < _length)
            {
                long at = offset + read;
                byte[] chunk = _chunks[(int)(at / Chunk)];
                int inChunk = (int)(at % Chunk), length = (int)Math.Min(
                    Math.Min(chunk.Length - inChunk, _length - at), bytes.Length - read);
                chunk.AsSpan(inChunk, length).CopyTo(bytes[read..]);
                read += length;
            }

            return read;
        }
    }

    public override void Dispose()
    {
        lock (_reading)
        {
            _isDisposed = true;
            _chunks.Clear();
        }
    }

    private void Fill(long end)
    {
        while (!_hasEnded && _length < end)
        {
            int inChunk = (int)(_length % Chunk), last = (int)(_length / Chunk);
            if (last == _chunks.Count)
                _chunks.Add(new byte[_chunks.Count == 0 ? (int)Math.Min(Chunk, Math.Max(end, 1 << 12)) : Chunk]);

            // The first chunk starts small, for small files.
            if (inChunk == _chunks[last].Length)
            {
                byte[] grown = new byte[Math.Min(Chunk, Math.Max(2L * inChunk, end))];
                _chunks[last].CopyTo(grown, 0);
                _chunks[last] = grown;
            }

            int read = stream.Read(_chunks[last], inChunk, _chunks[last].Length - inChunk);
            _hasEnded = read == 0;
            _length += read;
        }
    }
}
