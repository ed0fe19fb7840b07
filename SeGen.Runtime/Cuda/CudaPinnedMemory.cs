namespace SeGen.Cuda;

/// <summary>Memory of the host that a device copies from and to without a detour.</summary>
internal sealed unsafe class CudaPinnedMemory : CudaHandle
{
    private readonly int _length;

    /// <summary>Allocates so many floats.</summary>
    /// <exception cref="GpuException">There is not so much left.</exception>
    public CudaPinnedMemory(CudaDevice device, int floats)
        : base(device)
    {
        device.MakeCurrent();
        void* memory;
        device.Check(
            Driver.MemHostAlloc(&memory, (nuint)floats * sizeof(float), 0), "cuMemHostAlloc",
            $"Allocating {(long)floats * sizeof(float)} bytes of the host's memory");
        _length = floats;
        Own((nint)memory);
    }

    public Span<float> Span => new((void*)handle, _length);

    public void* Start => (void*)handle;

    protected override void Destroy() => _ = Driver.MemFreeHost((void*)handle);
}
