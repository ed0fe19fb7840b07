using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>
/// Keeps the gradients on a device within a norm: sums of squares, a part for each block, then every block scales by what all parts come
/// to.
/// </summary>
internal sealed class ClippingOnGpu(GpuContext context, GpuWeights weights, CudaModule module) : IDisposable
{
    // As many as keep a device busy; the same on every one, so that the bits are.
    private const int Threads = 128, MostParts = 1024, ValuesOfThread = 8;

    private readonly CudaFunction _squares = module.Function("square_parts"), _clip = module.Function("clip");
    private readonly LaunchArguments _arguments = new();
    private readonly int _parts = Math.Clamp(ProductTiles.Ceiling(weights.Length, Threads * ValuesOfThread), 1, MostParts);
    private CudaMemory? _memory;

    /// <param name="launcher">Where launches go.</param>
    /// <param name="limit">The largest norm.</param>
    /// <param name="norm">Where the norm before goes, or 0.</param>
    public void Run(GpuLauncher launcher, float limit, ulong norm)
    {
        _memory ??= new CudaMemory(context.Device, _parts);
        launcher.Launch(_squares, _parts, Threads, _arguments.Clear().Address(weights.Gradients, _memory.Address).Number(weights.Length));
        launcher.Launch(
            _clip, _parts, Threads,
            _arguments.Clear().Address(weights.Gradients, _memory.Address, norm).Number(weights.Length, _parts).Real(limit));
    }

    public void Dispose() => _memory?.Dispose();
}
