using System.Runtime.InteropServices;

namespace SeGen;

/// <summary>What stands at a path, beside regular files and what is not there.</summary>
internal enum FileKind
{
    /// <summary>A regular file, nothing at all, or what the system does not tell.</summary>
    RegularOrUnknown,

    Directory,

    Fifo,

    Socket,

    CharacterDevice,

    BlockDevice,
}

/// <summary>Asks what kind of file stands at a path without opening it; .NET itself does not tell a FIFO or a device.</summary>
internal static unsafe partial class FileKinds
{
    /// <summary>Throws where a file of weights cannot be read from the path.</summary>
    public static void RequireReadable(string path)
    {
        string? fault = Of(path) switch
        {
            FileKind.Directory => $"it is a directory{Inside(path)}",
            FileKind.Fifo => "it is a FIFO, whose bytes can be read once only; open a stream over it and pass that",
            FileKind.Socket => "it is a socket; weights are read from a regular file or a stream",
            FileKind.CharacterDevice or FileKind.BlockDevice => "it is a device; weights are read from a regular file or a stream",
            _ => null,
        };
        if (fault is not null)
            throw new IOException($"{path} cannot be opened: {fault}.");
    }

    /// <summary>
    /// Throws where a file of weights cannot be written to the path: what is not a regular file would be replaced by one.
    /// </summary>
    public static void RequireWritable(string path)
    {
        string? what = Of(path) switch
        {
            FileKind.Directory => "a directory",
            FileKind.Fifo => "a FIFO",
            FileKind.Socket => "a socket",
            FileKind.CharacterDevice or FileKind.BlockDevice => "a device",
            _ => null,
        };
        if (what is not null)
            throw new IOException($"{path} cannot be written: it is {what}, which a file of weights would replace; choose another path.");
    }

    /// <summary>What stands at a path, symbolic links followed.</summary>
    public static FileKind Of(string path)
    {
        if (Directory.Exists(path))
            return FileKind.Directory;

        return (Mode(path) & 0xF000) switch
        {
            0x1000 => FileKind.Fifo,
            0x2000 => FileKind.CharacterDevice,
            0x6000 => FileKind.BlockDevice,
            0xC000 => FileKind.Socket,
            _ => FileKind.RegularOrUnknown,
        };
    }

    private static string Inside(string directory)
    {
        foreach (string name in new[] { "model.safetensors", "model.safetensors.index.json" })
        {
            if (File.Exists(Path.Combine(directory, name)))
                return $"; did you mean {name} in it?";
        }

        return "; name the file in it";
    }

    /// <summary>The mode of inode(7), whose highest four bits are the kind, or 0 where it cannot be asked.</summary>
    private static int Mode(string path)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // struct statx is the same on every architecture: 256 bytes, with a mode of 16 bits at 28 (statx(2)).
                const int CurrentDirectory = -100, WithoutMounting = 0x800, TypeAndMode = 0x3;
                byte* status = stackalloc byte[256];
                return StatusOnLinux(CurrentDirectory, path, WithoutMounting, TypeAndMode, status) == 0 ? *(ushort*)(status + 28) : 0;
            }

            if (OperatingSystem.IsMacOS())
            {
                // struct stat with inodes of 64 bits: a mode of 16 bits at 4 (stat(2)). On x64 the name without a suffix is the older
                // one's.
                byte* status = stackalloc byte[256];
                bool isOlder = RuntimeInformation.ProcessArchitecture == Architecture.X64;
                return (isOlder ? StatusOnMacX64(path, status) : StatusOnMac(path, status)) == 0 ? *(ushort*)(status + 4) : 0;
            }
        }
        catch (TypeLoadException)
        {
            // A C library without the function: the kind stays unknown, as on systems that are not asked.
        }

        return 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOnLinux(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOnMac(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOnMacX64(string path, byte* status);
}
