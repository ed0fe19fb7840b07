using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SeGen.Tests.Cuda;

/// <summary>Memory of the device and of the host, and copies between them.</summary>
internal static unsafe partial class FakeDriver
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemAlloc(ulong* address, nuint bytes)
    {
        ulong at = 0;
        int code = Do("cuMemAlloc_v2", () => (at = Gpu.Memory.Allocate((long)bytes)) == 0 ? 1 : 0);
        *address = at;
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemFree(ulong address) => Do("cuMemFree_v2", () =>
    {
        Gpu.Memory.Free(address);
        return 0;
    });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemGetInfo(nuint* free, nuint* total)
    {
        (*free, *total) = (1000, 2000);
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemHostAlloc(void** memory, nuint bytes, uint flags)
    {
        nint at = 0;
        int code = Do("cuMemHostAlloc", () => (at = Marshal.AllocHGlobal((nint)bytes)) == 0 ? 1 : 0);
        *memory = (void*)at;
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemFreeHost(void* memory)
    {
        Marshal.FreeHGlobal((nint)memory);
        return Do("cuMemFreeHost", () => 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemcpyHtoDAsync(ulong to, void* from, nuint bytes, nint stream) => Stream("cuMemcpyHtoDAsync_v2", stream, () => Gpu.Memory.Write(to, new ReadOnlySpan<byte>(from, (int)bytes)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemcpyDtoHAsync(void* to, ulong from, nuint bytes, nint stream) => Stream("cuMemcpyDtoHAsync_v2", stream, () => Gpu.Memory.Read(from, new Span<byte>(to, (int)bytes)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemcpyDtoDAsync(ulong to, ulong from, nuint bytes, nint stream) => Stream("cuMemcpyDtoDAsync_v2", stream, () =>
    {
        byte[] copy = new byte[bytes];
        Gpu.Memory.Read(from, copy);
        Gpu.Memory.Write(to, copy);
    });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MemsetD32Async(ulong at, uint value, nuint words, nint stream) => Stream("cuMemsetD32Async", stream, () =>
    {
        uint[] values = new uint[words];
        Array.Fill(values, value);
        Gpu.Memory.Write(at, MemoryMarshal.AsBytes(values.AsSpan()));
    });
}
