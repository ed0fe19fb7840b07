namespace SeGen.Cuda;

/// <summary>Memory of a device, 256-byte aligned.</summary>
internal sealed unsafe class CudaMemory : CudaHandle
{
    /// <summary>Allocates.</summary>
    /// <param name="device">The device.</param>
    /// <param name="floats">How many floats, at least 1.</param>
    /// <exception cref="GpuException">There is not so much left.</exception>
    public CudaMemory(CudaDevice device, long floats)
        : base(device)
    {
        device.MakeCurrent();
        ulong address;
        int code = Driver.MemAlloc(&address, checked((nuint)floats * sizeof(float)));
        if (code == CudaErrors.OutOfMemory)
        {
            nuint free, total;
            string left = Driver.MemGetInfo(&free, &total) == 0 ? $", {free} of {total} are free" : "";
            device.Check(code, "cuMemAlloc_v2", $"Allocating {floats * sizeof(float)} bytes{left}");
        }

        device.Check(code, "cuMemAlloc_v2", $"Allocating {floats * sizeof(float)} bytes");
        Length = floats;
        Own((nint)address);
    }

    public ulong Address => (ulong)handle;

    /// <summary>Floats.</summary>
    public long Length { get; }

    protected override void Destroy() => _ = Driver.MemFree(Address);
}
