using System.Runtime.ExceptionServices;

namespace SeGen.Threading;

/// <summary>
/// Runs the cuts of one job at a time on the caller's thread and a few workers. Every participant has its own contiguous share, so
/// that a later phase finds in its cache what an earlier one left there, and then helps the others: a worker that comes late, or
/// never, costs nothing but its help. A call that finds the pool busy does all its work itself.
/// </summary>
internal sealed class WorkerPool
{
    private const int ParticipantBits = 12;

    public static readonly WorkerPool Shared = new();

    [ThreadStatic]
    private static int _self;

    private readonly Func<WorkerPool, int, Worker> _start;
    private Worker[] _workers = [];
    private bool _isFull;
    private CutRange[] _ranges = new CutRange[1];
    private int _busy;

    // The job that runs now. Fields are written before it is announced and read only by those who have taken one of its cuts.
    private ParallelWork? _work;
    private int _phase;
    private bool _backwards;
    private int _left;
    private ExceptionDispatchInfo? _failure;
    private long _announced;

    public WorkerPool()
        : this(static (pool, index) => new Worker(pool, index))
    {
    }

    /// <summary>A pool whose workers are started by somebody else, for tests.</summary>
    internal WorkerPool(Func<WorkerPool, int, Worker> start) => _start = start;

    /// <summary>
    /// The number of the thread among those that run a job: 0 for whoever called, and less than the threads that it asked for.
    /// </summary>
    public static int Self
    {
        get => _self;
        set => _self = value;
    }

    /// <summary>The number of the job that was announced last, and its participants in the low bits.</summary>
    public long Announced => Volatile.Read(ref _announced);

    /// <summary>Runs every cut once and returns when all are done.</summary>
    /// <param name="work">The work.</param>
    /// <param name="phase">The phase that is passed on to it.</param>
    /// <param name="cuts">The number of cuts.</param>
    /// <param name="threads">The most threads to use, the caller's included.</param>
    /// <param name="backwards">Whether each thread does its share from the end, where the last phase's data is still cached.</param>
    /// <exception cref="Exception">The first that a cut threw, once no thread runs one any more.</exception>
    public void Run(ParallelWork work, int phase, int cuts, int threads, bool backwards = false)
    {
        threads = Math.Min(threads, cuts);
        if (threads <= 1 || cuts > CutRange.MaxCuts || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            RunAlone(work, phase, cuts, backwards);
            return;
        }

        ExceptionDispatchInfo? failure;
        try
        {
            threads = Math.Min(threads, 1 + Grow(threads - 1));
            Announce(work, phase, cuts, threads, backwards);
            Participate(0, _announced);

            // Nearly always a few hundred nanoseconds; yielding only helps where a worker has lost its processor.
            var patience = new SpinWait();
            for (int spins = 0; Volatile.Read(ref _left) != 0; spins++)
            {
                if (spins < 2000)
                    Thread.SpinWait(1);
                else
                    patience.SpinOnce(sleep1Threshold: -1);
            }

            failure = _failure;
            _work = null;
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }

        failure?.Throw();
    }

    /// <summary>Does cuts of the announced job, a thread's own first.</summary>
    public void Participate(int self, long announced)
    {
        CutRange[] ranges = _ranges;
        int participants = Math.Min((int)(announced & ((1 << ParticipantBits) - 1)), ranges.Length);
        if (self >= participants)
            return;

        long job = announced >> ParticipantBits;
        for (int i = 0; i < participants; i++)
        {
            ref CutRange range = ref ranges[(self + i) % participants];
            while (range.TryTake(job, _backwards, out int cut))
                RunOne(cut);
        }
    }

    private static void RunAlone(ParallelWork work, int phase, int cuts, bool backwards)
    {
        if (backwards)
        {
            for (int cut = cuts - 1; cut >= 0; cut--)
                work.RunCut(phase, cut);
        }
        else
        {
            for (int cut = 0; cut < cuts; cut++)
                work.RunCut(phase, cut);
        }
    }

    private void Announce(ParallelWork work, int phase, int cuts, int threads, bool backwards)
    {
        (_work, _phase, _backwards, _failure) = (work, phase, backwards, null);
        Volatile.Write(ref _left, cuts);

        long job = (_announced >> ParticipantBits) + 1;
        for (int p = 0; p < threads; p++)
            _ranges[p].Set(job, (int)((long)cuts * p / threads), (int)((long)cuts * (p + 1) / threads));

        // A full fence: the announcement is seen before the flags of parked workers are looked at.
        Interlocked.Exchange(ref _announced, job << ParticipantBits | (uint)threads);
        for (int i = 0; i < threads - 1; i++)
            _workers[i].Wake();
    }

    private void RunOne(int cut)
    {
        try
        {
            _work!.RunCut(_phase, cut);
        }
        catch (Exception e)
        {
            // Thrown again on the caller's thread, which must first see every other cut end: they use its pinned spans.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        }
        finally
        {
            Interlocked.Decrement(ref _left);
        }
    }

    /// <summary>Starts workers up to a number and returns how many there are: fewer where the system gives no more threads.</summary>
    private int Grow(int workers)
    {
        if (_workers.Length >= workers || _isFull)
            return _workers.Length;

        // Workers that are started meanwhile look for their range: it must be there before them.
        Volatile.Write(ref _ranges, new CutRange[workers + 1]);
        var grown = new List<Worker>(_workers);
        try
        {
            while (grown.Count < workers)
                grown.Add(_start(this, grown.Count + 1));
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // Never asked again: it would cost every call an exception, and the work gets done without.
            _isFull = true;
        }

        _workers = [.. grown];
        return _workers.Length;
    }
}
