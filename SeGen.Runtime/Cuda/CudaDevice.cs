using System.Runtime.InteropServices;

namespace SeGen.Cuda;

/// <summary>
/// A device's primary context, which all libraries of a process share. It is made current before every call: finalizers, continuations and
/// foreign code change what is current behind our back.
/// </summary>
internal sealed unsafe class CudaDevice : SafeHandle
{
    private const int ProcessorCount = 16, SharedPerProcessor = 81, Cooperative = 95, SharedOptIn = 97;

    private readonly int _device;
    private GpuException? _fault;

    private CudaDevice(CudaDriver driver, int device)
        : base(0, ownsHandle: true)
    {
        (Driver, _device) = (driver, device);
        Name = GpuProbe.Name(driver, device);
        Capability = GpuProbe.Capability(driver, device);
        Processors = Attribute(ProcessorCount);
        SharedOfProcessor = Attribute(SharedPerProcessor);
        SharedOfBlock = Attribute(SharedOptIn);
        IsCooperative = Attribute(Cooperative) != 0;
    }

    public CudaDriver Driver { get; }

    public string Name { get; }

    /// <summary>90 for compute capability 9.0.</summary>
    public int Capability { get; }

    /// <summary>Streaming multiprocessors.</summary>
    public int Processors { get; }

    /// <summary>Bytes of shared memory of a multiprocessor.</summary>
    public int SharedOfProcessor { get; }

    /// <summary>Bytes of shared memory that a block may ask for.</summary>
    public int SharedOfBlock { get; }

    /// <summary>Whether a kernel may wait for all its blocks.</summary>
    public bool IsCooperative { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Retains a device's primary context.</summary>
    /// <param name="driver">The driver, which was started.</param>
    /// <param name="ordinal">Which device, counted as the driver counts.</param>
    /// <exception cref="GpuException">There is no such device, or it cannot be used.</exception>
    public static CudaDevice Open(CudaDriver driver, int ordinal = 0)
    {
        int number;
        driver.ThrowIfFailed(driver.DeviceGet(&number, ordinal), "cuDeviceGet", $"Opening GPU {ordinal}");
        var device = new CudaDevice(driver, number);
        nint context;
        driver.ThrowIfFailed(driver.DevicePrimaryCtxRetain(&context, number), "cuDevicePrimaryCtxRetain", $"Opening {device.Name}");
        device.SetHandle(context);
        return device;
    }

    /// <summary>Makes the context the calling thread's current one; to be called at every entry.</summary>
    /// <exception cref="GpuException">It cannot be used any more: an earlier kernel failed, or the process is ending.</exception>
    public void MakeCurrent()
    {
        if (_fault is { } fault)
            throw new GpuException(
                $"{Name} cannot be used any more, since an earlier call failed: {fault.Message}", fault.Code,
                fault.Name)
            { Call = fault.Call, Kernel = fault.Kernel };

        Check(Driver.CtxSetCurrent(handle), "cuCtxSetCurrent", "Making a context current");
    }

    /// <summary>The same where nothing may be thrown; whether it went well.</summary>
    public bool TryMakeCurrent() => Driver.CtxSetCurrent(handle) == 0;

    /// <summary>Throws what a call returned, unless that is success, and remembers what no later call can get over.</summary>
    public void Check(int code, string call, string what, string kernel = "")
    {
        if (code == 0)
            return;

        try
        {
            Driver.ThrowIfFailed(code, call, $"{what} on {Name}", kernel);
        }
        catch (GpuException e) when (CudaErrors.IsSticky(e.Code))
        {
            _fault = e;
            throw;
        }
    }

    protected override bool ReleaseHandle()
    {
        // While a process ends the driver may be gone already: there is nothing left to release then.
        _ = Driver.DevicePrimaryCtxRelease(_device);
        return true;
    }

    private int Attribute(int attribute)
    {
        int value;
        Driver.ThrowIfFailed(
            Driver.DeviceGetAttribute(&value, attribute, _device), "cuDeviceGetAttribute", $"Asking {Name} for attribute {attribute}");
        return value;
    }
}
