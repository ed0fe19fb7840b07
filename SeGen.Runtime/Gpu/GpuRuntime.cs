using SeGen.Cuda;

namespace SeGen;

/// <summary>
/// Whether modules can run on a GPU of this machine. Nothing but NVIDIA's driver is needed; it is asked once, at the first question.
/// </summary>
public static class GpuRuntime
{
    private static readonly Lock Gate = new();
    private static Found? _found;

    /// <summary>Whether a GPU can be used, and if not, what is missing.</summary>
    public static GpuStatus Status => Current.Status;

    /// <summary>The same as a sentence, which names the device or says what to do.</summary>
    public static string StatusText => Current.Text;

    private static Found Current
    {
        get
        {
            lock (Gate)
                return _found ??= Find();
        }
    }

    /// <summary>A device and what all modules on it share.</summary>
    /// <param name="ordinal">Which one, counted as the driver counts; null for the first that can be used.</param>
    /// <exception cref="GpuException">There is none, or not this one.</exception>
    internal static GpuContext Open(int? ordinal)
    {
        Found found = Current;
        if (found.Driver is not { } driver || found.Status != GpuStatus.Available)
            throw new GpuException(found.Text, 0, found.Status.ToString());

        lock (Gate)
        {
            int number = ordinal ?? GpuProbe.FirstUsable(driver);
            if (!found.Contexts.TryGetValue(number, out GpuContext? context))
            {
                CudaDevice device = CudaDevice.Open(driver, number);
                if (device.Capability < GpuProbe.LeastCapability)
                    throw new GpuException(
                        $"GPU {number} is {device.Name}, of compute capability {device.Capability / 10}.{device.Capability % 10}; SeGen "
                            + $"needs 7.5.",
                        0, nameof(GpuStatus.ComputeCapabilityTooLow));

                found.Contexts[number] = context = new GpuContext(device);
            }

            return context;
        }
    }

    /// <summary>Takes another driver, or no driver, from here on; null looks for the machine's own again. For tests.</summary>
    internal static void Use(CudaDriver? driver, bool isNone = false)
    {
        lock (Gate)
        {
            if (_found is not null)
            {
                foreach (GpuContext context in _found.Contexts.Values)
                    context.Dispose();
            }

            _found = driver is not null || isNone ? Examine(driver, null) : null;
        }
    }

    private static Found Find()
    {
        CudaDriver? driver = CudaDriver.TryLoad(CudaDriver.Names, out string? missing);
        return Examine(driver, missing);
    }

    private static Found Examine(CudaDriver? driver, string? missing)
    {
        (GpuStatus status, string text) = GpuProbe.Examine(driver, missing);
        return new Found(driver, status, text);
    }

    private sealed record Found(CudaDriver? Driver, GpuStatus Status, string Text)
    {
        public Dictionary<int, GpuContext> Contexts { get; } = [];
    }
}
