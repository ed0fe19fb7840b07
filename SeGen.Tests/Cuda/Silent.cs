using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SeGen.Tests.Cuda;

/// <summary>Functions of the driver that do nothing, and allocate nothing.</summary>
internal static unsafe class Silent
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Wait(nint what) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int CopyThere(ulong to, void* from, nuint bytes, nint stream) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int CopyBack(void* to, ulong from, nuint bytes, nint stream) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Clear(ulong at, uint value, nuint words, nint stream) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Launch(nint function, uint gridX, uint gridY, uint gridZ, uint x, uint y, uint z, uint shared, nint stream, void** arguments, void** extra) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int LaunchTogether(nint function, uint gridX, uint gridY, uint gridZ, uint x, uint y, uint z, uint shared, nint stream, void** arguments) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Replay(nint graph, nint stream) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Record(nint @event, nint stream) => 0;
}
