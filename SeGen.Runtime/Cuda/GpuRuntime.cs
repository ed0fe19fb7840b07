using SeGen.Cuda;

namespace SeGen;

/// <summary>Whether modules can run on a GPU of this machine. Nothing but NVIDIA's driver is needed; it is asked once, at the first question.</summary>
internal static class GpuRuntime
{
    private static readonly Lazy<(CudaDriver? Driver, GpuStatus Status, string Text)> Found = new(Find);

    /// <summary>Whether a GPU can be used, and if not, what is missing.</summary>
    public static GpuStatus Status => Found.Value.Status;

    /// <summary>The same as a sentence, which names the device or says what to do.</summary>
    public static string StatusText => Found.Value.Text;

    private static (CudaDriver? Driver, GpuStatus Status, string Text) Find()
    {
        CudaDriver? driver = CudaDriver.TryLoad(CudaDriver.LibraryNames, out string? missing);
        (GpuStatus status, string text) = GpuProbe.Examine(driver, missing);
        return (driver, status, text);
    }
}
