using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace SeGen.Cuda;

/// <summary>
/// The functions of the CUDA driver that SeGen calls (CUDA driver API, version 11.4). They are taken one by one from the library that
/// NVIDIA's driver brings; tests fill the same table with functions of their own. A CUdeviceptr is a <see cref="ulong"/>, a size_t a
/// <see cref="nuint"/>,
/// handles are <see cref="nint"/>; each function returns a CUresult, 0 for success.
/// </summary>
internal sealed unsafe class CudaDriver
{
    /// <summary>Where the driver's library is looked for, in this order.</summary>
    public static readonly string[] LibraryNames = OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so"];

    /// <summary>The same, or the one library that SEGEN_CUDA_LIBRARY names.</summary>
    public static string[] Names
        => Environment.GetEnvironmentVariable("SEGEN_CUDA_LIBRARY") is { Length: > 0 } name ? [name] : LibraryNames;

    // Initialisation and errors.
    public required delegate* unmanaged[Cdecl]<uint, int> Init { get; init; }
    public required delegate* unmanaged[Cdecl]<int*, int> DriverGetVersion { get; init; }
    public required delegate* unmanaged[Cdecl]<int, byte**, int> GetErrorName { get; init; }
    public required delegate* unmanaged[Cdecl]<int, byte**, int> GetErrorString { get; init; }

    // Devices and their primary contexts.
    public required delegate* unmanaged[Cdecl]<int*, int> DeviceGetCount { get; init; }
    public required delegate* unmanaged[Cdecl]<int*, int, int> DeviceGet { get; init; }
    public required delegate* unmanaged[Cdecl]<byte*, int, int, int> DeviceGetName { get; init; }
    public required delegate* unmanaged[Cdecl]<int*, int, int, int> DeviceGetAttribute { get; init; }
    public required delegate* unmanaged[Cdecl]<nint*, int, int> DevicePrimaryCtxRetain { get; init; }
    public required delegate* unmanaged[Cdecl]<int, int> DevicePrimaryCtxRelease { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int> CtxSetCurrent { get; init; }

    // Modules and their functions.
    public required delegate* unmanaged[Cdecl]<nint*, void*, uint, int*, void**, int> ModuleLoadDataEx { get; init; }
    public required delegate* unmanaged[Cdecl]<nint*, nint, byte*, int> ModuleGetFunction { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int> ModuleUnload { get; init; }
    public required delegate* unmanaged[Cdecl]<int*, int, nint, int> FuncGetAttribute { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int, int, int> FuncSetAttribute { get; init; }
    public required delegate* unmanaged[Cdecl]<int*, nint, int, nuint, int> OccupancyMaxActiveBlocks { get; init; }

    // Memory.
    public required delegate* unmanaged[Cdecl]<ulong*, nuint, int> MemAlloc { get; init; }
    public required delegate* unmanaged[Cdecl]<ulong, int> MemFree { get; init; }
    public required delegate* unmanaged[Cdecl]<nuint*, nuint*, int> MemGetInfo { get; init; }
    public required delegate* unmanaged[Cdecl]<void**, nuint, uint, int> MemHostAlloc { get; init; }
    public required delegate* unmanaged[Cdecl]<void*, int> MemFreeHost { get; init; }
    public required delegate* unmanaged[Cdecl]<ulong, void*, nuint, nint, int> MemcpyHtoDAsync { get; init; }
    public required delegate* unmanaged[Cdecl]<void*, ulong, nuint, nint, int> MemcpyDtoHAsync { get; init; }
    public required delegate* unmanaged[Cdecl]<ulong, ulong, nuint, nint, int> MemcpyDtoDAsync { get; init; }
    public required delegate* unmanaged[Cdecl]<ulong, uint, nuint, nint, int> MemsetD32Async { get; init; }

    // Streams, events, launches.
    public required delegate* unmanaged[Cdecl]<nint*, uint, int> StreamCreate { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int> StreamDestroy { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int> StreamSynchronize { get; init; }
    public required delegate* unmanaged[Cdecl]<nint*, uint, int> EventCreate { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, nint, int> EventRecord { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int> EventSynchronize { get; init; }
    public required delegate* unmanaged[Cdecl]<float*, nint, nint, int> EventElapsedTime { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int> EventDestroy { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, int> LaunchCooperativeKernel { get; init; }

    // Graphs.
    public required delegate* unmanaged[Cdecl]<nint, int, int> StreamBeginCapture { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, nint*, int> StreamEndCapture { get; init; }
    public required delegate* unmanaged[Cdecl]<nint*, nint, ulong, int> GraphInstantiate { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, nint, int> GraphLaunch { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int> GraphExecDestroy { get; init; }
    public required delegate* unmanaged[Cdecl]<nint, int> GraphDestroy { get; init; }

    /// <summary>Loads the driver's library.</summary>
    /// <param name="names">Where it is looked for.</param>
    /// <param name="missing">The function that the library lacks; null where there is no library.</param>
    public static CudaDriver? TryLoad(IEnumerable<string> names, out string? missing)
    {
        missing = null;
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                continue;

            try
            {
                return Of(library);
            }
            catch (EntryPointNotFoundException e)
            {
                missing = e.Message;
                NativeLibrary.Free(library);
            }
        }

        return null;
    }

    [SuppressMessage("Maintainability", "CA1506", Justification = "A table.")]
    private static CudaDriver Of(nint library)
    {
        return new CudaDriver
        {
            Init = (delegate* unmanaged[Cdecl]<uint, int>)Export("cuInit"),
            DriverGetVersion = (delegate* unmanaged[Cdecl]<int*, int>)Export("cuDriverGetVersion"),
            GetErrorName = (delegate* unmanaged[Cdecl]<int, byte**, int>)Export("cuGetErrorName"),
            GetErrorString = (delegate* unmanaged[Cdecl]<int, byte**, int>)Export("cuGetErrorString"),
            DeviceGetCount = (delegate* unmanaged[Cdecl]<int*, int>)Export("cuDeviceGetCount"),
            DeviceGet = (delegate* unmanaged[Cdecl]<int*, int, int>)Export("cuDeviceGet"),
            DeviceGetName = (delegate* unmanaged[Cdecl]<byte*, int, int, int>)Export("cuDeviceGetName"),
            DeviceGetAttribute = (delegate* unmanaged[Cdecl]<int*, int, int, int>)Export("cuDeviceGetAttribute"),
            DevicePrimaryCtxRetain = (delegate* unmanaged[Cdecl]<nint*, int, int>)Export("cuDevicePrimaryCtxRetain"),
            DevicePrimaryCtxRelease = (delegate* unmanaged[Cdecl]<int, int>)Export("cuDevicePrimaryCtxRelease_v2"),
            CtxSetCurrent = (delegate* unmanaged[Cdecl]<nint, int>)Export("cuCtxSetCurrent"),
            ModuleLoadDataEx = (delegate* unmanaged[Cdecl]<nint*, void*, uint, int*, void**, int>)Export("cuModuleLoadDataEx"),
            ModuleGetFunction = (delegate* unmanaged[Cdecl]<nint*, nint, byte*, int>)Export("cuModuleGetFunction"),
            ModuleUnload = (delegate* unmanaged[Cdecl]<nint, int>)Export("cuModuleUnload"),
            FuncGetAttribute = (delegate* unmanaged[Cdecl]<int*, int, nint, int>)Export("cuFuncGetAttribute"),
            FuncSetAttribute = (delegate* unmanaged[Cdecl]<nint, int, int, int>)Export("cuFuncSetAttribute"),
            OccupancyMaxActiveBlocks = (delegate* unmanaged[Cdecl]<int*, nint, int, nuint, int>)Export(
                "cuOccupancyMaxActiveBlocksPerMultiprocessor"),
            MemAlloc = (delegate* unmanaged[Cdecl]<ulong*, nuint, int>)Export("cuMemAlloc_v2"),
            MemFree = (delegate* unmanaged[Cdecl]<ulong, int>)Export("cuMemFree_v2"),
            MemGetInfo = (delegate* unmanaged[Cdecl]<nuint*, nuint*, int>)Export("cuMemGetInfo_v2"),
            MemHostAlloc = (delegate* unmanaged[Cdecl]<void**, nuint, uint, int>)Export("cuMemHostAlloc"),
            MemFreeHost = (delegate* unmanaged[Cdecl]<void*, int>)Export("cuMemFreeHost"),
            MemcpyHtoDAsync = (delegate* unmanaged[Cdecl]<ulong, void*, nuint, nint, int>)Export("cuMemcpyHtoDAsync_v2"),
            MemcpyDtoHAsync = (delegate* unmanaged[Cdecl]<void*, ulong, nuint, nint, int>)Export("cuMemcpyDtoHAsync_v2"),
            MemcpyDtoDAsync = (delegate* unmanaged[Cdecl]<ulong, ulong, nuint, nint, int>)Export("cuMemcpyDtoDAsync_v2"),
            MemsetD32Async = (delegate* unmanaged[Cdecl]<ulong, uint, nuint, nint, int>)Export("cuMemsetD32Async"),
            StreamCreate = (delegate* unmanaged[Cdecl]<nint*, uint, int>)Export("cuStreamCreate"),
            StreamDestroy = (delegate* unmanaged[Cdecl]<nint, int>)Export("cuStreamDestroy_v2"),
            StreamSynchronize = (delegate* unmanaged[Cdecl]<nint, int>)Export("cuStreamSynchronize"),
            EventCreate = (delegate* unmanaged[Cdecl]<nint*, uint, int>)Export("cuEventCreate"),
            EventRecord = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export("cuEventRecord"),
            EventSynchronize = (delegate* unmanaged[Cdecl]<nint, int>)Export("cuEventSynchronize"),
            EventElapsedTime = (delegate* unmanaged[Cdecl]<float*, nint, nint, int>)Export("cuEventElapsedTime"),
            EventDestroy = (delegate* unmanaged[Cdecl]<nint, int>)Export("cuEventDestroy_v2"),
            LaunchKernel = (delegate* unmanaged[Cdecl]<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Export("cuLaunchKernel"),
            LaunchCooperativeKernel = (delegate* unmanaged[Cdecl]<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, int>)Export("cuLaunchCooperativeKernel"),
            StreamBeginCapture = (delegate* unmanaged[Cdecl]<nint, int, int>)Export("cuStreamBeginCapture_v2"),
            StreamEndCapture = (delegate* unmanaged[Cdecl]<nint, nint*, int>)Export("cuStreamEndCapture"),
            GraphInstantiate = (delegate* unmanaged[Cdecl]<nint*, nint, ulong, int>)Export("cuGraphInstantiateWithFlags"),
            GraphLaunch = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export("cuGraphLaunch"),
            GraphExecDestroy = (delegate* unmanaged[Cdecl]<nint, int>)Export("cuGraphExecDestroy"),
            GraphDestroy = (delegate* unmanaged[Cdecl]<nint, int>)Export("cuGraphDestroy"),
        };

        nint Export(string name)
            => NativeLibrary.TryGetExport(library, name, out nint address) ? address : throw new EntryPointNotFoundException(name);
    }
}
