namespace SeGen;

/// <summary>Whether modules can run on a GPU of this machine, and if not, what is missing.</summary>
public enum GpuStatus
{
    /// <summary>There is a driver and at least one device that generated kernels run on.</summary>
    Available,

    /// <summary>No driver is installed: its library, libcuda.so.1 or nvcuda.dll, was not found.</summary>
    NoDriverLibrary,

    /// <summary>A driver is installed, but there is no device that it sees.</summary>
    NoDevice,

    /// <summary>The library that was found is the stub that CUDA's toolkit brings for linking, not a driver.</summary>
    StubLibrary,

    /// <summary>The driver is older than CUDA 11.4.</summary>
    DriverTooOld,

    /// <summary>
    /// The library and the kernel's part of the driver are of different versions: the machine was not restarted after an update.
    /// </summary>
    DriverMismatch,

    /// <summary>No device has compute capability 7.5 (Turing) or later.</summary>
    ComputeCapabilityTooLow,

    /// <summary>The driver refused to start for another reason.</summary>
    Failed,
}
