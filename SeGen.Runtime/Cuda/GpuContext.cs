namespace SeGen.Cuda;

/// <summary>
/// A device with what all modules on it share: one stream, so that what one module writes another one may read without further ado, and
/// kernels, compiled once for each shape. Its lock is held by whoever puts something into the stream.
/// </summary>
internal sealed class GpuContext : IDisposable
{
    private readonly CudaDevice _device;

    // Few, and compared as they are: hashing would need OpenSSL, which not every machine with a driver has.
    private readonly List<(byte[] Text, CudaModule Module)> _modules = [];

    public GpuContext(CudaDevice device)
    {
        _device = device;
        Stream = new CudaStream(device);
        Feed = new GpuFeed(device, Stream);
    }

    public CudaDevice Device => _device;

    public CudaStream Stream { get; }

    /// <summary>What goes to the device in every step.</summary>
    public GpuFeed Feed { get; }

    public Lock Lock { get; } = new();

    /// <summary>The kernels of a text, which is compiled where it is new.</summary>
    /// <exception cref="GpuException">The driver does not compile it.</exception>
    public CudaModule Module(ReadOnlySpan<byte> ptx)
    {
        lock (Lock)
        {
            foreach ((byte[] text, CudaModule known) in _modules)
            {
                if (ptx.SequenceEqual(text))
                    return known;
            }

            var module = new CudaModule(_device, ptx);
            _modules.Add((ptx.ToArray(), module));
            return module;
        }
    }

    /// <summary>Copies words to the device, and waits until they are there.</summary>
    public void Upload(CudaMemory to, ReadOnlySpan<uint> words) => Upload(to.Address, words);

    /// <summary>The same, to an address.</summary>
    public unsafe void Upload(ulong to, ReadOnlySpan<uint> words)
    {
        fixed (uint* from = words)
        {
            Stream.Upload(to, from, words.Length);
            Stream.Synchronize();
        }
    }

    /// <summary>The same of floats.</summary>
    public void Upload(CudaMemory to, ReadOnlySpan<float> values)
        => Upload(to.Address, System.Runtime.InteropServices.MemoryMarshal.Cast<float, uint>(values));

    public void Dispose()
    {
        foreach ((_, CudaModule module) in _modules)
            module.Dispose();

        _modules.Clear();
        Feed.Dispose();
        Stream.Dispose();
        _device.Dispose();
    }
}
