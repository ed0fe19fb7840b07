using System.Security.Cryptography;

namespace SeGen.Cuda;

/// <summary>
/// A device with what all modules on it share: one stream, so that what one module writes another one may read without further ado, and kernels,
/// compiled once for each shape. Its lock is held by whoever puts something into the stream.
/// </summary>
internal sealed class GpuContext(CudaDevice device) : IDisposable
{
    private readonly Dictionary<string, CudaModule> _modules = [];

    public CudaDevice Device => device;

    public CudaStream Stream { get; } = new(device);

    public Lock Lock { get; } = new();

    /// <summary>The kernels of a text, which is compiled where it is new.</summary>
    /// <exception cref="GpuException">The driver does not compile it.</exception>
    public CudaModule Module(ReadOnlySpan<byte> ptx)
    {
        string key = Convert.ToHexString(SHA256.HashData(ptx));
        lock (Lock)
        {
            if (!_modules.TryGetValue(key, out CudaModule? module))
                _modules[key] = module = new CudaModule(device, ptx);

            return module;
        }
    }

    public void Dispose()
    {
        foreach (CudaModule module in _modules.Values)
            module.Dispose();

        _modules.Clear();
        Stream.Dispose();
        device.Dispose();
    }
}
