using System.Globalization;

namespace SeGen.Cuda;

/// <summary>Asks a driver what there is.</summary>
internal static unsafe class GpuProbe
{
    /// <summary>CUDA 11.4, the first with all functions of <see cref="CudaDriver"/>; its PTX is newer than what is generated.</summary>
    public const int LeastDriver = 11040;

    /// <summary>Turing: what generated kernels are written for.</summary>
    public const int LeastCapability = 75;

    private const int CapabilityMajor = 75, CapabilityMinor = 76;

    /// <summary>The status, and a sentence that says what is there or what to do.</summary>
    /// <param name="driver">The driver, or null where there is none.</param>
    /// <param name="missing">The function that the library lacks, where that is why.</param>
    public static (GpuStatus Status, string Text) Examine(CudaDriver? driver, string? missing)
    {
        if (driver is null)
        {
            return missing is null
                ? (GpuStatus.NoDriverLibrary, $"No NVIDIA driver is installed: {string.Join(" or ", CudaDriver.Names)} was not found.")
                : (GpuStatus.DriverTooOld, $"The NVIDIA driver is too old: it lacks {missing}; install one that supports CUDA "
                    + $"{Version(LeastDriver)} or later.");
        }

        int code = driver.Init(0), version = 0, count = 0;
        if (code != 0)
            return Failure(driver, code);

        if (driver.DriverGetVersion(&version) == 0 && version < LeastDriver)
            return (GpuStatus.DriverTooOld, $"The NVIDIA driver supports CUDA {Version(version)}; install one that supports CUDA "
                + $"{Version(LeastDriver)} or later.");

        code = driver.DeviceGetCount(&count);
        if (code != 0 || count == 0)
            return Failure(driver, code == 0 ? CudaErrors.NoDevice : code);

        var devices = new List<string>();
        for (int i = 0; i < count; i++)
        {
            int device, capability;
            if (driver.DeviceGet(&device, i) != 0 || (capability = Capability(driver, device)) == 0)
                continue;

            string text = $"{Name(driver, device)} (compute capability {capability / 10}.{capability % 10})";
            if (capability >= LeastCapability)
                return (GpuStatus.Available, $"{text}, driver for CUDA {Version(version)}.");

            devices.Add(text);
        }

        return (GpuStatus.ComputeCapabilityTooLow, $"SeGen needs compute capability {LeastCapability / 10}.{LeastCapability % 10}; there "
            + $"is {string.Join(" and ", devices)}.");
    }

    /// <summary>The first device that generated kernels run on.</summary>
    public static int FirstUsable(CudaDriver driver)
    {
        int count = 0;
        _ = driver.DeviceGetCount(&count);
        for (int i = 0; i < count; i++)
        {
            int device;
            if (driver.DeviceGet(&device, i) == 0 && Capability(driver, device) >= LeastCapability)
                return i;
        }

        return 0;
    }

    /// <summary>A device's compute capability, 90 for 9.0; 0 where the driver does not say.</summary>
    public static int Capability(CudaDriver driver, int device)
    {
        int major, minor;
        return driver.DeviceGetAttribute(&major, CapabilityMajor, device) == 0
            && driver.DeviceGetAttribute(&minor, CapabilityMinor, device) == 0
            ? major * 10 + minor
            : 0;
    }

    /// <summary>A device's name.</summary>
    public static string Name(CudaDriver driver, int device)
    {
        byte* name = stackalloc byte[256];
        return driver.DeviceGetName(name, 256, device) == 0
            ? System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)name)!
            : $"device {device}";
    }

    private static (GpuStatus Status, string Text) Failure(CudaDriver driver, int code) => code switch
    {
        CudaErrors.NoDevice => (GpuStatus.NoDevice, "The NVIDIA driver sees no device: there is none, or this process or container may "
            + "not use it."),
        CudaErrors.StubLibrary => (GpuStatus.StubLibrary, "The CUDA library that was found is the toolkit's stub for linking: take its "
            + "folder out of the search path, so that the driver's own is found."),
        CudaErrors.SystemDriverMismatch => (GpuStatus.DriverMismatch, "The NVIDIA driver was updated while the machine ran: restart it."),
        _ => (GpuStatus.Failed, $"The NVIDIA driver does not start: {driver.Name(code)} ({code}), {driver.Description(code)}."),
    };

    private static string Version(int version) => string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");
}
