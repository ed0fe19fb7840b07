using MobileNetV3Large = SeGen.Sample.Models.MobileNetV3Large;
using SEResNet50 = SeGen.Sample.Models.SEResNet50;

namespace SeGen.DeviceCheck;

/// <summary>Inference of whole networks, and a whole step of training, in TF32, as PyTorch's convolutions are by default, unless the environment says otherwise.</summary>
internal static class NetworkTimes
{
    private static string Products => TimedCase.Usual;

    public static IEnumerable<TimedCase> Inference =>
    [
        .. Of("SEResNet18", new SEResNet18(1), n => n.CreateCuda(GpuPolicy.Require)),
        .. Of("SEResNet50", new SEResNet50(1), n => n.CreateCuda(GpuPolicy.Require)),
        .. Of("MobileNetV3Large", new MobileNetV3Large(1), n => n.CreateCuda(GpuPolicy.Require)),
    ];

    public static IEnumerable<TimedCase> Training => [Step("SEResNet20", 128, 3, 32, new SEResNet20(1), n => n.CreateCuda(GpuPolicy.Require))];

    /// <summary>Forward, loss, back, optimizer; the classes are copied there in every step.</summary>
    public static TimedCase Step<T>(string name, int images, int channels, int size, T network, Func<T, GpuModule> create, int classes = 10)
        where T : IModule
    {
        int input = images * channels * size * size;
        return new TimedCase($"{name}, {images} images", "training step", Products, $"step {name} {images} {channels} {size} {classes} {Products}", 0, 0, IsCold: false, () =>
        {
            GpuModule gpu = create(network);
            GpuBuffer x = TimedCall.Filled(gpu, input), logits = gpu.Allocate(images * classes), mean = gpu.Allocate(1);
            var optimizer = new SgdOptimizer(network.Parameters, 1e-6f, 0.9f, weightDecay: 5e-4f, nesterov: true);
            var loss = new CrossEntropyLoss();
            int[] targets = [.. Enumerable.Range(0, images).Select(n => n % classes)];
            return new TimedCall(
                gpu, () =>
                {
                    gpu.ForwardTraining(x, logits);
                    gpu.Loss(loss, logits, targets, logits, mean);
                    gpu.Backward(logits, null);
                    gpu.Optimize(optimizer);
                }, x, logits, mean);
        });
    }

    private static IEnumerable<TimedCase> Of<T>(string name, T network, Func<T, GpuModule> create)
        where T : IModule => new[] { 1, 32 }.Select(images =>
    {
        const int Size = 224, Classes = 1000, Input = 3 * Size * Size;
        return new TimedCase($"{name}, {images} images", "inference", Products, $"network {name} {images} 3 {Size} {Products}", 0, 0, IsCold: false, () =>
        {
            GpuModule gpu = create(network);
            GpuBuffer x = TimedCall.Filled(gpu, images * Input), y = gpu.Allocate(images * Classes);
            return new TimedCall(gpu, () => gpu.Forward(x, y), x, y);
        });
    });
}
