using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SeGen.Cuda;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>
/// The driver's functions in C#, in the same table that the real ones are taken into: what launches do is interpreted from the PTX that was loaded.
/// </summary>
internal static unsafe partial class FakeDriver
{
    public const int InvalidHandle = 400, InvalidPtx = 218, NotFound = 500, OutOfMemory = 2, TooManyBlocks = 720;

    private static readonly Dictionary<int, nint> Names = new()
    {
        [OutOfMemory] = Text("CUDA_ERROR_OUT_OF_MEMORY"),
        [100] = Text("CUDA_ERROR_NO_DEVICE"),
        [InvalidPtx] = Text("CUDA_ERROR_INVALID_PTX"),
        [222] = Text("CUDA_ERROR_UNSUPPORTED_PTX_VERSION"),
        [InvalidHandle] = Text("CUDA_ERROR_INVALID_HANDLE"),
        [NotFound] = Text("CUDA_ERROR_NOT_FOUND"),
        [FakeGpu.LaunchFailed] = Text("CUDA_ERROR_LAUNCH_FAILED"),
        [TooManyBlocks] = Text("CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE"),
    };

    private static readonly nint Described = Text("as the fake driver was told");

    /// <summary>The device of the test that runs.</summary>
    public static FakeGpu Gpu { get; private set; } = new(PtxDeviceModel.Small);

    /// <summary>A driver with one device, as if it had just been installed.</summary>
    /// <param name="model">The device.</param>
    /// <param name="isSilent">Whether what a call does again and again is not done: to see what SeGen itself allocates.</param>
    public static CudaDriver Create(PtxDeviceModel model, bool isSilent = false)
    {
        Gpu = new FakeGpu(model);
        return new CudaDriver
        {
            Init = &Init,
            DriverGetVersion = &DriverGetVersion,
            GetErrorName = &GetErrorName,
            GetErrorString = &GetErrorString,
            DeviceGetCount = &DeviceGetCount,
            DeviceGet = &DeviceGet,
            DeviceGetName = &DeviceGetName,
            DeviceGetAttribute = &DeviceGetAttribute,
            DevicePrimaryCtxRetain = &PrimaryCtxRetain,
            DevicePrimaryCtxRelease = &PrimaryCtxRelease,
            CtxSetCurrent = isSilent ? &Silent.Wait : &CtxSetCurrent,
            ModuleLoadDataEx = &ModuleLoadDataEx,
            ModuleGetFunction = &ModuleGetFunction,
            ModuleUnload = &ModuleUnload,
            FuncGetAttribute = &FuncGetAttribute,
            FuncSetAttribute = &FuncSetAttribute,
            OccupancyMaxActiveBlocks = &OccupancyMaxActiveBlocks,
            MemAlloc = &MemAlloc,
            MemFree = &MemFree,
            MemGetInfo = &MemGetInfo,
            MemHostAlloc = &MemHostAlloc,
            MemFreeHost = &MemFreeHost,
            MemcpyHtoDAsync = isSilent ? &Silent.CopyThere : &MemcpyHtoDAsync,
            MemcpyDtoHAsync = isSilent ? &Silent.CopyBack : &MemcpyDtoHAsync,
            MemcpyDtoDAsync = &MemcpyDtoDAsync,
            MemsetD32Async = isSilent ? &Silent.Clear : &MemsetD32Async,
            StreamCreate = &StreamCreate,
            StreamDestroy = &StreamDestroy,
            StreamSynchronize = isSilent ? &Silent.Wait : &StreamSynchronize,
            EventCreate = &EventCreate,
            EventRecord = isSilent ? &Silent.Record : &EventRecord,
            EventSynchronize = isSilent ? &Silent.Wait : &EventSynchronize,
            EventElapsedTime = &EventElapsedTime,
            EventDestroy = &EventDestroy,
            LaunchKernel = isSilent ? &Silent.Launch : &LaunchKernel,
            LaunchCooperativeKernel = isSilent ? &Silent.LaunchTogether : &LaunchCooperativeKernel,
            StreamBeginCapture = &StreamBeginCapture,
            StreamEndCapture = &StreamEndCapture,
            GraphInstantiate = &GraphInstantiate,
            GraphLaunch = isSilent ? &Silent.Replay : &GraphLaunch,
            GraphExecDestroy = &GraphExecDestroy,
            GraphDestroy = &GraphDestroy,
        };
    }

    private static nint Text(string text) => Marshal.StringToCoTaskMemUTF8(text);

    /// <summary>Notes a call; what it was told to return, or what it does. An exception must not pass into the driver's caller.</summary>
    private static int Do(string call, Func<int> action)
    {
        Gpu.Calls.Add(call);
        if (Gpu.Failures.TryGetValue(call, out int code))
            return code;

        try
        {
            return action();
        }
        catch (PtxFaultException)
        {
            return 1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Init(uint flags) => Do("cuInit", () => flags == 0 ? 0 : 1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DriverGetVersion(int* version)
    {
        *version = Gpu.DriverVersion;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetErrorName(int code, byte** name)
    {
        *name = (byte*)Names.GetValueOrDefault(code);
        return *name is null ? 1 : 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetErrorString(int code, byte** text)
    {
        *text = (byte*)(Gpu.Fault is { } fault ? Text(fault.Message) : Described);
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceGetCount(int* count)
    {
        *count = Gpu.DeviceCount;
        return Do("cuDeviceGetCount", () => 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceGet(int* device, int ordinal)
    {
        *device = ordinal;
        return Do("cuDeviceGet", () => ordinal < Gpu.DeviceCount ? 0 : 101);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceGetName(byte* name, int length, int device)
    {
        byte[] text = Encoding.UTF8.GetBytes(Gpu.Model.Name + '\0');
        text.CopyTo(new Span<byte>(name, length));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceGetAttribute(int* value, int attribute, int device)
    {
        *value = attribute switch
        {
            16 => Gpu.Model.Processors,
            75 => Gpu.Model.Capability / 10,
            76 => Gpu.Model.Capability % 10,
            81 => Gpu.Model.SharedOfProcessor,
            95 => 1,
            97 => Gpu.Model.SharedOfBlock,
            _ => -1,
        };
        return *value < 0 ? 1 : 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int PrimaryCtxRetain(nint* context, int device)
    {
        *context = 0x77;
        return Do("cuDevicePrimaryCtxRetain", () => 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int PrimaryCtxRelease(int device) => Do("cuDevicePrimaryCtxRelease_v2", () => 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CtxSetCurrent(nint context) => Do("cuCtxSetCurrent", () => context == 0x77 ? 0 : 201);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ModuleLoadDataEx(nint* module, void* image, uint count, int* options, void** values)
    {
        string log = Gpu.CompilerLog;
        string text = Marshal.PtrToStringUTF8((nint)image)!;
        nint loaded = 0;
        int code = Do("cuModuleLoadDataEx", () =>
        {
            try
            {
                loaded = Gpu.Create(PtxParser.Parse(text));
                return 0;
            }
            catch (PtxFaultException fault)
            {
                log = fault.Message;
                return InvalidPtx;
            }
        });
        *module = loaded;
        for (uint i = 0; i < count && code != 0; i++)
        {
            if (options[i] == 5)
                Encoding.UTF8.GetBytes(log + '\0').CopyTo(new Span<byte>(values[i], 16 << 10));
        }

        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ModuleGetFunction(nint* function, nint module, byte* name)
    {
        nint found = 0;
        string wanted = Marshal.PtrToStringUTF8((nint)name)!;
        int code = Do("cuModuleGetFunction", () => Gpu.Find<PtxModule>(module)?.Kernels.TryGetValue(wanted, out PtxKernel? kernel) == true ? (found = Gpu.Create(kernel)) == 0 ? 1 : 0 : NotFound);
        *function = found;
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ModuleUnload(nint module) => Do("cuModuleUnload", () => Gpu.Remove(module) ? 0 : InvalidHandle);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FuncGetAttribute(int* value, int attribute, nint function)
    {
        PtxKernel kernel = Gpu.Find<PtxKernel>(function)!;
        *value = attribute switch { 1 => kernel.StaticShared, 4 => kernel.Registers.Count, _ => 0 };
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FuncSetAttribute(nint function, int attribute, int value)
        => Do("cuFuncSetAttribute", () => attribute == 8 && value + Gpu.Find<PtxKernel>(function)!.StaticShared <= Gpu.Model.SharedOfBlock && (Gpu.DynamicShared[Gpu.Find<PtxKernel>(function)!] = value) > 0 ? 0 : 1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OccupancyMaxActiveBlocks(int* blocks, nint function, int threads, nuint dynamicShared)
    {
        *blocks = Gpu.Model.Resident(threads, Gpu.Find<PtxKernel>(function)!.StaticShared + (int)dynamicShared) / Gpu.Model.Processors;
        return 0;
    }
}
