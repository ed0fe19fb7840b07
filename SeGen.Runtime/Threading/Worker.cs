using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace SeGen.Threading;

/// <summary>
/// A background thread that waits for jobs: it spins for about as long as the next phase of a forward pass may take to come, then
/// parks, so that an idle program uses no processor time. A background thread does not hold up the end of the process.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process.")]
internal sealed class Worker
{
    // Handing a job to a spinning thread costs half a microsecond, to a parked one six to forty (docs/performance.md).
    private static readonly long SpinTicks = Stopwatch.Frequency / 20_000;

    private readonly WorkerPool _pool;
    private readonly int _index;
    private readonly AutoResetEvent _wake = new(false);
    private int _parked;

    public Worker(WorkerPool pool, int index)
    {
        _pool = pool;
        _index = index;
        new Thread(Loop) { IsBackground = true, Name = $"SeGen worker {index}" }.Start();
    }

    /// <summary>Wakes the thread where it is parked; a spinning one sees the job by itself.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _parked) == 1 && Interlocked.Exchange(ref _parked, 0) == 1)
            _wake.Set();
    }

    private void Loop()
    {
        WorkerPool.Self = _index;
        long seen = 0;
        while (true)
        {
            seen = Next(seen);
            _pool.Participate(_index, seen);
        }
    }

    private long Next(long seen)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < 32; i++)
            {
                if (_pool.Announced != seen)
                    return _pool.Announced;

                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetTimestamp() - start < SpinTicks);

        while (true)
        {
            // Parked first, then one more look: whoever announces a job after it sees the flag and wakes this thread.
            Interlocked.Exchange(ref _parked, 1);
            if (_pool.Announced != seen)
            {
                // Somebody who has taken the flag back is about to set the event: it must not be left set.
                if (Interlocked.Exchange(ref _parked, 0) == 0)
                    _wake.WaitOne();

                return _pool.Announced;
            }

            _wake.WaitOne();
            if (_pool.Announced != seen)
                return _pool.Announced;
        }
    }
}
