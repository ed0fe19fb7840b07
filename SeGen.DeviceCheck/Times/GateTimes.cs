namespace SeGen.DeviceCheck;

/// <summary>Gates alone: inference, and both ways in training.</summary>
internal static class GateTimes
{
    public static IEnumerable<TimedCase> Cases => GateCase.Timed.SelectMany(one => new[] { Inference(one), Training(one) });

    // Forward reads x and writes y; the way back reads x and dy and writes dx.
    private static TimedCase Inference(GateCase one) => new(one.Name, "forward", "", $"gate {Shape(one)} forward", 2.0 * one.Length * sizeof(float), 0, IsCold: true, () =>
    {
        (_, GpuModule gpu) = one.Create();
        GpuBuffer x = TimedCall.Filled(gpu, one.Length), y = gpu.Allocate(one.Length);
        return new TimedCall(gpu, () => gpu.Forward(x, y), x, y);
    });

    private static TimedCase Training(GateCase one) => new(one.Name, "forward and backward", "", $"gate {Shape(one)} both", 5.0 * one.Length * sizeof(float), 0, IsCold: true, () =>
    {
        (_, GpuModule gpu) = one.Create();
        GpuBuffer x = TimedCall.Filled(gpu, one.Length), y = gpu.Allocate(one.Length), dy = TimedCall.Filled(gpu, one.Length), dx = gpu.Allocate(one.Length);
        return new TimedCall(
            gpu, () =>
            {
                gpu.ForwardTraining(x, y);
                gpu.Backward(dy, dx);
            }, x, y, dy, dx);
    });

    private static string Shape(GateCase one) => $"{one.Images} {one.Channels} {one.Channels / 16} {one.Height} {one.Width}";
}
