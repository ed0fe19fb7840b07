using Microsoft.Win32.SafeHandles;

namespace SeGen;

/// <summary>
/// A regular file, or the rest of one. It is read, not mapped: a mapping would end the process where the file is truncated under it, or
/// unmapped under a reader; a read fails with an exception. Measured, loading takes as long either way, since every byte is copied once.
/// </summary>
internal sealed class FileBytes : ByteSource
{
    // Milliseconds of waiting that double: 127 in all.
    private const int LongestWait = 64;

    private readonly SafeFileHandle _handle;
    private readonly long _start;
    private readonly bool _owns;

    private FileBytes(SafeFileHandle handle, long start, long length, bool owns)
    {
        (_handle, _start, Length, _owns) = (handle, start, length, owns);
    }

    public override long? Length { get; }

    /// <summary>Opens a file, having looked first at what it is: opening a FIFO would wait for a writer, perhaps for ever.</summary>
    /// <exception cref="IOException">It cannot be opened, or is no regular file.</exception>
    public static FileBytes Open(string path)
    {
        FileKinds.RequireReadable(path);
        SafeFileHandle handle = OpenShared(path);
        try
        {
            long length = RandomAccess.GetLength(handle);
            if (length == 0 && RandomAccess.Read(handle, stackalloc byte[1], 0) > 0)
                throw new IOException($"{path} has no length of its own, as files under /proc and /sys; copy it to a regular file.");

            return new FileBytes(handle, 0, length, owns: true);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a file under a shared lock, as .NET does on every system. A process that looks for stale files while another one saves can
    /// hold an exclusive one on what has just become the target, for the instant until it closes it again: that is waited for.
    /// </summary>
    private static SafeFileHandle OpenShared(string path)
    {
        for (int wait = 1; ; wait *= 2)
        {
            try
            {
                return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            }
            catch (UnauthorizedAccessException e)
            {
                // A right that is missing: to the caller one more file that cannot be opened.
                throw new IOException($"{path} cannot be opened: {e.Message}", e);
            }
            catch (IOException e) when (wait <= LongestWait && AtomicFile.IsSharingViolation(e))
            {
                Thread.Sleep(wait);
            }
        }
    }

    /// <summary>The rest of a file that somebody else has opened and closes.</summary>
    public static FileBytes Rest(FileStream stream)
        => new(stream.SafeFileHandle, stream.Position, Math.Max(0, stream.Length - stream.Position), owns: false);

    public override int Read(long offset, Span<byte> bytes)
    {
        bytes = bytes[..(int)Math.Min(bytes.Length, Math.Max(0, Length!.Value - offset))];
        int read = 0;
        while (read < bytes.Length && RandomAccess.Read(_handle, bytes[read..], _start + offset + read) is > 0 and int more)
            read += more;

        return read;
    }

    public override void Dispose()
    {
        if (_owns)
            _handle.Dispose();
    }
}
