namespace SeGen.Cuda;

/// <summary>A point in a stream, whose time may be taken.</summary>
internal sealed unsafe class CudaEvent : CudaHandle
{
    private const uint DisableTiming = 2;

    /// <summary>One that is not recorded yet.</summary>
    /// <param name="device">The device.</param>
    /// <param name="isTimed">Whether its time is asked for; without it waiting costs less.</param>
    /// <exception cref="GpuException">It cannot be created.</exception>
    public CudaEvent(CudaDevice device, bool isTimed = true)
        : base(device)
    {
        device.MakeCurrent();
        nint created;
        device.Check(Driver.EventCreate(&created, isTimed ? 0 : DisableTiming), "cuEventCreate", "Creating an event");
        Own(created);
    }

    public nint Handle => handle;

    /// <summary>Waits until the stream has come by; at once where the event was never recorded.</summary>
    public void Wait()
    {
        Device.MakeCurrent();
        Device.Check(Driver.EventSynchronize(handle), "cuEventSynchronize", "Waiting for an event");
    }

    /// <summary>Milliseconds from an earlier event to this one, which is waited for.</summary>
    public float Since(CudaEvent earlier)
    {
        Wait();
        float milliseconds;
        Device.Check(Driver.EventElapsedTime(&milliseconds, earlier.handle, handle), "cuEventElapsedTime", "Taking a time");
        return milliseconds;
    }

    protected override void Destroy() => _ = Driver.EventDestroy(handle);
}
