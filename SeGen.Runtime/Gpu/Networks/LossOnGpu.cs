using System.Runtime.InteropServices;
using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>Cross entropy on a device: targets are copied there, a warp has a sample.</summary>
internal sealed class LossOnGpu(GpuContext context, CudaModule module) : IDisposable
{
    private const int Threads = 128, Warps = Threads / 32;

    private readonly CudaFunction _crossEntropy = module.Function("cross_entropy"), _meanLoss = module.Function("mean_loss");
    private readonly LaunchArguments _arguments = new();
    private CudaMemory? _targets, _losses;

    public void Run(
        GpuLauncher launcher, CrossEntropyLoss loss, ulong logits, int length, ReadOnlySpan<int> targets, ulong gradient, ulong mean)
    {
        int samples = targets.Length, classes = samples == 0 ? 0 : length / samples;
        if (classes == 0 || classes * samples != length)
            throw new ArgumentException($"{length} logits are no whole rows for {samples} targets.", nameof(targets));

        int counted = loss.Count(targets, classes);
        (double smoothing, int ignored) = loss.Settings;
        float share = (float)(1.0 / counted);
        Reserve(samples);
        context.Feed.Upload(_targets!.Address, MemoryMarshal.Cast<int, uint>(targets));
        launcher.Launch(
            _crossEntropy, ProductTiles.Ceiling(samples, Warps), Threads,
            _arguments.Clear()
                .Address(logits, _targets.Address, gradient, _losses!.Address).Number(samples, classes, ignored)
                .Real((float)(1 - smoothing)).Real((float)(smoothing / classes)).Real(share));
        launcher.Launch(_meanLoss, 1, Threads, _arguments.Clear().Address(_losses.Address, mean).Number(1, samples).Real(share));
    }

    public void Dispose()
    {
        _targets?.Dispose();
        _losses?.Dispose();
    }

    private void Reserve(int samples)
    {
        if (_targets?.Length >= samples)
            return;

        // None until there are new ones: memory may be refused.
        Dispose();
        (_targets, _losses) = (null, null);
        (_targets, _losses) = (new CudaMemory(context.Device, samples), new CudaMemory(context.Device, samples));
    }
}
