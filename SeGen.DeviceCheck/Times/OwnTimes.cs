using System.Diagnostics;
using SeGen.Cuda;

namespace SeGen.DeviceCheck;

/// <summary>Times SeGen's kernels by the device's own clock, data on the device; cold after the caches were written over.</summary>
internal sealed class OwnTimes : IDisposable
{
    private const int CallsOfWarm = 5;

    private readonly int _flushFloats;
    private readonly TimeSpan _busy;
    private readonly GpuContext _context = GpuRuntime.Open(null);
    private readonly CudaMemory _flush, _copy;
    private readonly CudaEvent _before, _after;

    /// <param name="flushFloats">How much is written over before cold calls: by default more than any second-level cache.</param>
    /// <param name="busyMilliseconds">For how long a call is made before calls are timed.</param>
    public OwnTimes(int flushFloats = 64 << 20, int busyMilliseconds = 30)
    {
        (_flushFloats, _busy) = (flushFloats, TimeSpan.FromMilliseconds(busyMilliseconds));
        CudaDevice device = _context.Device;
        (_flush, _copy) = (new CudaMemory(device, _flushFloats), new CudaMemory(device, _flushFloats));
        (_before, _after) = (new CudaEvent(device), new CudaEvent(device));
        _context.Stream.Clear(_flush.Address, _flushFloats);
    }

    /// <summary>Bytes read and written in a second by a copy on the device, the median of several.</summary>
    public double CopyBandwidth()
        => 2.0 * _flushFloats * sizeof(float) / (1e-6 * Median([.. Enumerable.Range(0, 20).Select(_ => Time(() => _context.Stream.Copy(_copy.Address, _flush.Address, _flushFloats), isCold: false))]));

    /// <summary>Microseconds of calls: cold, each behind a write over the caches, for which the host runs ahead; warm, the mean of several behind each other.</summary>
    public double[] Times(Action call, bool isCold, int count)
    {
        // The clock falls while the other side works or a compiler runs.
        for (var busy = Stopwatch.StartNew(); busy.Elapsed < _busy; _context.Stream.Synchronize())
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
        int calls = isCold ? 1 : CallsOfWarm;
        _context.Device.MakeCurrent();
        if (isCold)
            _context.Stream.Clear(_flush.Address, _flushFloats);

        _context.Stream.Record(_before);
        for (int i = 0; i < calls; i++)
            call();

        _context.Stream.Record(_after);
        return _after.Since(_before) * 1e3 / calls;
    }
}
