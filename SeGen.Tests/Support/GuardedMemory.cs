using System.Runtime.InteropServices;

namespace SeGen.Tests.Support;

/// <summary>Floats with a page on each side that may not be touched: a read or write beyond an end stops the process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ReadWrite = 0x1 | 0x2, None = 0;

    private readonly nint _address;
    private readonly nuint _length;
    private readonly float* _start;
    private readonly int _count;

    /// <param name="count">How many floats.</param>
    /// <param name="atEnd">Whether they end where the page behind begins; else they begin where the page before ends.</param>
    public GuardedMemory(int count, bool atEnd)
    {
        int page = Environment.SystemPageSize;
        long bytes = (long)count * sizeof(float), whole = (bytes + page - 1) / page * page;
        _length = (nuint)(whole + 2 * page);
        int anonymous = OperatingSystem.IsMacOS() ? 0x1002 : 0x22;
        _address = Map(0, _length, ReadWrite, anonymous, -1, 0);
        Assert.NotEqual(-1, _address);
        Assert.Equal(0, Protect(_address, (nuint)page, None));
        Assert.Equal(0, Protect(_address + page + (nint)whole, (nuint)page, None));
        _count = count;
        _start = (float*)(_address + page + (atEnd ? (nint)(whole - bytes) : 0));
    }

    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    public Span<float> Span => new(_start, _count);

    public void Dispose() => _ = Unmap(_address, _length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
