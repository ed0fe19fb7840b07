using System.IO.MemoryMappedFiles;

namespace SeGen;

/// <summary>Bytes to read from, wherever they lie.</summary>
internal abstract class ByteSource : IDisposable
{
    public abstract long Length { get; }

    public abstract ReadOnlySpan<byte> Slice(long offset, int length);

    public abstract void Dispose();
}

/// <summary>Bytes in memory.</summary>
internal sealed class MemoryBytes(ReadOnlyMemory<byte> memory) : ByteSource
{
    public override long Length => memory.Length;

    public override ReadOnlySpan<byte> Slice(long offset, int length) => memory.Span.Slice((int)offset, length);

    public override void Dispose()
    {
    }
}

/// <summary>A file mapped into memory.</summary>
internal sealed unsafe class MappedBytes : ByteSource
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    private MappedBytes(MemoryMappedFile file, long length)
    {
        _file = file;
        Length = length;
        try
        {
            _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public override long Length { get; }

    public static ByteSource Open(string path)
    {
        FileStream stream = OpenStream(path);
        try
        {
            if (!stream.CanSeek)
                throw new IOException($"{path} cannot be mapped into memory, being no regular file; open it as a stream.");

            // An empty file cannot be mapped; it is refused further on like every other file that is too short.
            long length = stream.Length;
            if (length == 0)
            {
                stream.Dispose();
                return new MemoryBytes(default);
            }

            var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new MappedBytes(file, length);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public override ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_start == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new ReadOnlySpan<byte>(_start + _view.PointerOffset + offset, length);
    }

    public override void Dispose()
    {
        if (_start == null)
            return;

        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static FileStream OpenStream(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (UnauthorizedAccessException e)
        {
            // A directory, or a right that is missing: to the caller one more file that cannot be opened.
            throw new IOException($"{path} cannot be opened: {e.Message}", e);
        }
    }
}
