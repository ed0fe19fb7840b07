using SeGen.Cuda;

namespace SeGen.DeviceCheck;

/// <summary>Times SeGen's kernels by the device's own clock, data on the device; cold after the caches were written over.</summary>
internal sealed class OwnTimes : IDisposable
{
    private readonly int _flushFloats, _warmups;
    private readonly GpuContext _context = GpuRuntime.Open(null);
    private readonly CudaMemory _flush, _copy;
    private readonly CudaEvent _before, _after;

    /// <param name="flushFloats">How much is written over before cold calls: by default more than any second-level cache.</param>
    /// <param name="warmups">Calls before those that are timed.</param>
    public OwnTimes(int flushFloats = 64 << 20, int warmups = 5)
    {
        (_flushFloats, _warmups) = (flushFloats, warmups);
        CudaDevice device = _context.Device;
        (_flush, _copy) = (new CudaMemory(device, _flushFloats), new CudaMemory(device, _flushFloats));
        (_before, _after) = (new CudaEvent(device), new CudaEvent(device));
        _context.Stream.Clear(_flush.Address, _flushFloats);
    }

    /// <summary>Bytes read and written in a second by a copy on the device, the median of several.</summary>
    public double CopyBandwidth()
        => 2.0 * _flushFloats * sizeof(float) / (1e-6 * Median([.. Enumerable.Range(0, 20).Select(_ => Time(() => _context.Stream.Copy(_copy.Address, _flush.Address, _flushFloats), isCold: false))]));

    /// <summary>Microseconds of calls.</summary>
    public double[] Times(Action call, bool isCold, int count)
    {
        for (int i = 0; i < _warmups; i++)
            call();

        return [.. Enumerable.Range(0, count).Select(_ => Time(call, isCold))];
    }

    public static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_flush, _copy, _before, _after])
            part.Dispose();
    }

    private double Time(Action call, bool isCold)
    {
        _context.Device.MakeCurrent();
        if (isCold)
            _context.Stream.Clear(_flush.Address, _flushFloats);

        _context.Stream.Synchronize();
        _context.Stream.Record(_before);
        call();
        _context.Stream.Record(_after);
        return _after.Since(_before) * 1e3;
    }
}
