using SeGen.Cuda;

namespace SeGen.DeviceCheck;

/// <summary>Something that SeGen and PyTorch both do.</summary>
/// <param name="Name">"1x128x56x56", "conv 3x3, 64 to 64, 56 x 56, 32 images".</param>
/// <param name="What">"forward", "forward and backward", "inference", "training step".</param>
/// <param name="Products">In what a convolution's products are, here and in PyTorch: "TF32", where the device has it, or "fp32"; empty where there are none.</param>
/// <param name="Order">What PyTorch is asked to make ready.</param>
/// <param name="Bytes">What has to be read and written at least, where it is timed with cold caches.</param>
/// <param name="MultiplyAdds">Of convolutions alone; else 0.</param>
/// <param name="IsCold">Whether it is timed with the caches written over too.</param>
/// <param name="Start">Makes it ready on the device.</param>
internal sealed record TimedCase(string Name, string What, string Products, string Order, double Bytes, double MultiplyAdds, bool IsCold, Func<TimedCall> Start)
{
    /// <summary>What products are in where nothing else is said: the environment may keep them from tensor cores.</summary>
    public static string Usual => GpuSettings.TensorCores ? "TF32" : "fp32";

    /// <summary>Makes it ready in its kind of products, and leaves the setting as it was when it is disposed of.</summary>
    public TimedCall Begin()
    {
        bool before = GpuSettings.TensorCores;
        GpuSettings.TensorCores = Products == "TF32";
        try
        {
            TimedCall call = Start();
            call.Ends = () => GpuSettings.TensorCores = before;
            return call;
        }
        catch
        {
            GpuSettings.TensorCores = before;
            throw;
        }
    }
}

/// <summary>A case that is ready.</summary>
/// <param name="gpu">The module.</param>
/// <param name="call">What is timed.</param>
/// <param name="buffers">What is given back in the end.</param>
internal sealed class TimedCall(GpuModule gpu, Action call, params GpuBuffer[] buffers) : IDisposable
{
    public Action Call => call;

    /// <summary>What is done when everything was given back.</summary>
    public Action? Ends { get; set; }

    /// <summary>What ran.</summary>
    public string Form => gpu.Form;

    /// <summary>A buffer with values that are none of them 0 and do not grow.</summary>
    public static GpuBuffer Filled(GpuModule gpu, int length)
    {
        GpuBuffer buffer = gpu.Allocate(length);
        buffer.CopyFrom([.. Enumerable.Range(0, length).Select(i => i % 97 / 50f - 0.97f)]);
        return buffer;
    }

    public void Dispose()
    {
        foreach (GpuBuffer buffer in buffers)
            buffer.Dispose();

        gpu.Dispose();
        Ends?.Invoke();
    }
}
