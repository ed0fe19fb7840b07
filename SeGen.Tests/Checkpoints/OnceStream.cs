namespace SeGen.Tests.Checkpoints;

/// <summary>A stream that cannot seek: a network's. It counts what is read, and may break off or go on for ever.</summary>
internal sealed class OnceStream(byte[] bytes, int most = int.MaxValue, int breaksAt = int.MaxValue, bool isEndless = false) : Stream
{
    public long Taken { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int at = (int)Math.Min(Taken, bytes.Length), length = Math.Min(Math.Min(count, most), bytes.Length - at);
        if (Taken >= breaksAt)
            throw new IOException("The connection was reset.");

        length = Math.Min(length, breaksAt - at);
        bytes.AsSpan(at, length).CopyTo(buffer.AsSpan(offset));
        if (length == 0 && isEndless)
        {
            Array.Clear(buffer, offset, count);
            length = count;
        }

        Taken += length;
        return length;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A stream that can seek and fails at one byte: a disk's.</summary>
internal sealed class FailingStream(byte[] bytes, long failsAt) : MemoryStream(bytes.ToArray(), 0, bytes.Length, writable: false, publiclyVisible: false)
{
    public override int Read(byte[] buffer, int offset, int count) => Position + count > failsAt && Position <= failsAt
        ? throw new IOException("Input/output error")
        : base.Read(buffer, offset, count);
}
