using System.Runtime.InteropServices;

namespace SeGen.Cuda;

/// <summary>Something of a device, which keeps the device's context alive until it is disposed of.</summary>
internal abstract class CudaHandle(CudaDevice device) : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected CudaDevice Device => device;

    protected CudaDriver Driver => device.Driver;

    /// <summary>Takes over what was created; what was not created keeps nothing alive.</summary>
    protected void Own(nint created)
    {
        bool added = false;
        device.DangerousAddRef(ref added);
        SetHandle(created);
    }

    /// <summary>Gives it back to the driver. What that returns does not matter: the context may be gone already.</summary>
    protected abstract void Destroy();

    protected sealed override bool ReleaseHandle()
    {
        if (device.TryMakeCurrent())
            Destroy();

        device.DangerousRelease();
        return true;
    }
}
