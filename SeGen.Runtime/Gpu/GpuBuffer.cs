using SeGen.Cuda;

namespace SeGen;

/// <summary>
/// Floats on a module's device, so that what one call leaves another one takes without a way over the host. Where the module runs on the
/// CPU they are the host's, so that a program need not tell the two apart. Made by <see cref="GpuModule.Allocate"/> or
/// <see cref="GpuModule.Wrap"/>.
/// </summary>
public sealed unsafe class GpuBuffer : IDisposable
{
    private readonly CudaMemory? _memory;
    private readonly ulong _address;
    private readonly GpuContext? _context;
    private float[]? _host;
    private bool _isDisposed;

    internal GpuBuffer(float[] host) => (_host, Length) = (host, host.Length);

    internal GpuBuffer(GpuContext context, int floats)
        : this(context, 0, floats)
    {
        _memory = new CudaMemory(context.Device, floats);
        _address = _memory.Address;
    }

    internal GpuBuffer(GpuContext context, ulong address, int floats) => (_context, _address, Length) = (context, address, floats);

    /// <summary>How many floats there are.</summary>
    public int Length { get; }

    /// <summary>Whether they are on a GPU.</summary>
    public bool IsOnGpu => _context is not null;

    /// <summary>The address on the device, a CUdeviceptr, for other code that uses the device's primary context.</summary>
    /// <exception cref="InvalidOperationException">The module runs on the CPU.</exception>
    public ulong Address
        => _context is null
            ? throw new InvalidOperationException("This buffer is the host's, since its module runs on the CPU.")
            : Live(_address);

    internal GpuContext? Context => _context;

    internal Span<float> Host => Live(_host);

    /// <summary>Copies from the host; done when it returns.</summary>
    /// <param name="values">As many as the buffer has.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    /// <exception cref="GpuException">The copy, or what came before it, failed.</exception>
    public void CopyFrom(ReadOnlySpan<float> values)
    {
        Check(values.Length, nameof(values));
        if (_context is null)
        {
            values.CopyTo(Host);
            return;
        }

        lock (_context.Lock)
        {
            _context.Device.MakeCurrent();
            fixed (float* from = values)
            {
                _context.Stream.Upload(Address, from, Length);
                _context.Stream.Synchronize();
            }
        }
    }

    /// <summary>Copies to the host; what was to be done before is done when it returns.</summary>
    /// <param name="values">As many as the buffer has.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    /// <exception cref="GpuException">The copy, or what came before it, failed.</exception>
    public void CopyTo(Span<float> values)
    {
        Check(values.Length, nameof(values));
        if (_context is null)
        {
            Host.CopyTo(values);
            return;
        }

        lock (_context.Lock)
        {
            _context.Device.MakeCurrent();
            fixed (float* to = values)
            {
                _context.Stream.Download(to, Address, Length);
                _context.Stream.Synchronize();
            }
        }
    }

    /// <summary>Gives the memory back, unless it was wrapped. What is still to be done with it is done first.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _host = null;
        _memory?.Dispose();
    }

    /// <summary>Null where two buffers have nothing in common, else whether they are the same floats.</summary>
    internal bool? Overlaps(GpuBuffer other)
    {
        if (_context is null)
            return ReferenceEquals(_host, other._host) ? true : null;

        ulong end = _address + (ulong)Length * sizeof(float), otherEnd = other._address + (ulong)other.Length * sizeof(float);
        return _address < otherEnd && other._address < end ? _address == other._address && Length == other.Length : null;
    }

    private T Live<T>(T value)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return value;
    }

    private void Check(int given, string name)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (given != Length)
            throw new ArgumentException($"The buffer has {Length:N0} floats, and {given:N0} were given.", name);
    }
}
