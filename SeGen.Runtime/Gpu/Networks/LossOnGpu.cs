using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>Cross entropy on a device: targets are copied there, a warp has a sample.</summary>
internal sealed class LossOnGpu(GpuContext context, CudaModule module) : IDisposable
{
    private const int Threads = 128, Warps = Threads / 32;

    private CudaMemory? _targets, _losses;

    public void Run(GpuLauncher launcher, CrossEntropyLoss loss, ulong logits, int length, ReadOnlySpan<int> targets, ulong gradient, ulong mean)
    {
        int samples = targets.Length, classes = samples == 0 ? 0 : length / samples;
        if (classes == 0 || classes * samples != length)
            throw new ArgumentException($"{length} logits are no whole rows for {samples} targets.", nameof(targets));

        int counted = loss.Count(targets, classes);
        (double smoothing, int ignored) = loss.Settings;
        Reserve(samples);
        context.Upload(_targets!.Address, System.Runtime.InteropServices.MemoryMarshal.Cast<int, uint>(targets));
        var program = new GpuProgram();
        program.Add(
            module.Function("cross_entropy"), ProductTiles.Ceiling(samples, Warps), Threads,
            new LaunchArguments()
                .Address(logits, _targets.Address, gradient, _losses!.Address).Number(samples, classes, ignored)
                .Real((float)(1 - smoothing)).Real((float)(smoothing / classes)).Real((float)(1.0 / counted)));
        program.Add(module.Function("mean_loss"), 1, Threads, new LaunchArguments().Address(_losses.Address, mean).Number(1, samples).Real((float)(1.0 / counted)));
        program.Run(launcher, 0, 0);
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

        Dispose();
        (_targets, _losses) = (new CudaMemory(context.Device, samples), new CudaMemory(context.Device, samples));
    }
}
