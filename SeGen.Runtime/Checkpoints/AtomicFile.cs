using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SeGen;

/// <summary>
/// Replaces a file whole or not at all, whatever happens on the way: the new one is written beside it under another name, brought to the
/// disk and renamed over it. Two processes that save at once leave the file of one of them.
/// </summary>
internal static partial class AtomicFile
{
    // Twenty-eight letters whatever the target's name is, since that may have as many as the file system allows.
    private const string Prefix = ".segen-", Suffix = ".tmp";

    private const int Attempts = 8;

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file; a symbolic link stays one, and what it points to is replaced.</param>
    /// <param name="write">Writes the bytes.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileKinds.RequireWritable(path);
        try
        {
            Replace(Target(path), write);
        }
        catch (UnauthorizedAccessException e)
        {
            // A right that is missing: to the caller one more way in which a file cannot be written.
            throw new IOException($"{path} cannot be written: {e.Message}", e);
        }
    }

    private static void Replace(string target, Action<Stream> write)
    {
        string name = Stem(target);
        Sweep(target, name);
        for (int attempt = 1; ; attempt++)
        {
            string temporary = Path.Combine(
                Path.GetDirectoryName(target)!, string.Concat(name, Path.GetRandomFileName().AsSpan(0, 8), Suffix));
            try
            {
                Replace(target, temporary, write);
                return;
            }
            catch (Exception e) when (attempt < Attempts && IsTaken(e, temporary))
            {
                // Another process took the file for a stale one in the instant before it was locked: once more under another name.
            }
        }
    }

    private static void Replace(string target, string temporary, Action<Stream> write)
    {
        // Outside the try: where it cannot be created there is nothing to clean up.
        FileStream stream = Create(temporary);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
                if (!OperatingSystem.IsWindows())
                {
                    if (Mode(target) is { } mode)
                        File.SetUnixFileMode(stream.SafeFileHandle, mode);

                    // Renamed while it is open and locked, so that nobody who looks for stale files can take it in between.
                    File.Move(temporary, target, overwrite: true);
                }
            }

            if (OperatingSystem.IsWindows())
                File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        FlushDirectory(Path.GetDirectoryName(target)!);
    }

    /// <summary>
    /// A file that is locked as long as it is open; on Unix only its owner may read it, since the target may be a secret.
    /// </summary>
    private static FileStream Create(string temporary)
    {
        var options =
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        return new FileStream(temporary, options);
    }

    /// <summary>The mode of the file that is replaced, or what a new file gets: reading and writing, less the process's mask.</summary>
    private static UnixFileMode? Mode(string target)
    {
        if (OperatingSystem.IsWindows())
            return null;

        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return File.Exists(target) ? File.GetUnixFileMode(target) : All & ~Mask();
    }

    /// <summary>umask(2), without setting it: other threads may be creating files.</summary>
    private static UnixFileMode Mask()
    {
        const string Label = "Umask:";
        const UnixFileMode Usual = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsLinux())
            return Usual;

        try
        {
            string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(Label, StringComparison.Ordinal));
            return (UnixFileMode)Convert.ToInt32(line[Label.Length..].Trim(), 8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            return Usual;
        }
    }

    /// <summary>Deletes what a process that was killed while it saved this file has left; a live one holds a lock on its own.</summary>
    private static void Sweep(string target, string name)
    {
        string[] found;
        try
        {
            found = Directory.GetFiles(Path.GetDirectoryName(target)!, $"{name}*{Suffix}");
        }
        catch (UnauthorizedAccessException)
        {
            // A directory that may be written to and not listed: what is stale there stays.
            return;
        }

        foreach (string stale in found)
        {
            try
            {
                using var locked = new FileStream(
                    stale, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody writes to it, or it is another user's.
            }
        }
    }

    private static bool IsTaken(Exception e, string temporary)
        => e is FileNotFoundException ? !File.Exists(temporary) : IsSharingViolation(e);

    /// <summary>Whether a file could not be opened because somebody else has locked it.</summary>
    public static bool IsSharingViolation(Exception e) => e is IOException && e.HResult == SharingViolation;

    private static int SharingViolation => OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>What the temporary files of a target begin with: a hash of its name, so that a save sweeps its own alone.</summary>
    private static string Stem(string target)
    {
        uint hash = 2166136261;
        foreach (byte letter in Encoding.UTF8.GetBytes(Path.GetFileName(target)))
            hash = unchecked((hash ^ letter) * 16777619);

        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{hash:x8}-");
    }

    /// <summary>The file behind a symbolic link, so that the link stays one; else the path itself.</summary>
    private static string Target(string path)
    {
        // LinkTarget is null for a file that does not exist yet; ResolveLinkTarget alone would throw.
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    /// <summary>Brings the rename itself to the disk; Windows has no such call and needs none.</summary>
    private static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;

        int descriptor = OpenDirectory(directory, 0);
        if (descriptor < 0)
            return;

        // Some file systems refuse it for directories; the file itself is on the disk either way.
        _ = Flush(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDirectory(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
