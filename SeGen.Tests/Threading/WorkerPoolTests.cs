using SeGen.Threading;

namespace SeGen.Tests.Threading;

/// <summary>The worker pool by itself: every cut once, whoever does it.</summary>
public class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(7, 3)]
    [InlineData(1000, 2)]
    [InlineData(1000, 8)]
    [InlineData(5, 64)]
    public void Runs_every_cut_exactly_once(int cuts, int threads)
    {
        var pool = new WorkerPool();
        for (int repetition = 0; repetition < 200; repetition++)
        {
            var work = new CountingWork(cuts);
            pool.Run(work, repetition, cuts, threads, backwards: repetition % 2 == 1);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
            Assert.Equal(repetition, work.Phase);
        }
    }

    [Fact]
    public void Wakes_workers_that_have_parked()
    {
        var pool = new WorkerPool();
        for (int repetition = 0; repetition < 5; repetition++)
        {
            Thread.Sleep(20);
            using var work = new MeetingWork();
            pool.Run(work, 0, 2, 2);
            Assert.True(work.Met);
        }
    }

    [Fact]
    public void One_thread_keeps_all_work_on_the_callers()
    {
        var work = new CountingWork(50);
        new WorkerPool().Run(work, 0, 50, threads: 1);
        Assert.Equal([Environment.CurrentManagedThreadId], work.Threads.Distinct());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_failure_in_a_cut_reaches_the_caller_after_the_others_are_done_and_the_pool_goes_on(int threads)
    {
        var pool = new WorkerPool();
        for (int repetition = 0; repetition < 50; repetition++)
        {
            var failing = new CountingWork(40) { FailAt = repetition % 40 };
            InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => pool.Run(failing, 0, 40, threads));
            Assert.Equal($"cut {repetition % 40}", e.Message);
            if (threads > 1)
                Assert.All(failing.Counts, count => Assert.Equal(1, count));

            var after = new CountingWork(40);
            pool.Run(after, 0, 40, threads);
            Assert.All(after.Counts, count => Assert.Equal(1, count));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Where_the_system_gives_no_more_threads_the_others_do_the_work(int given)
    {
        int asked = 0;
        var pool = new WorkerPool((pool, index) =>
        {
            asked++;
            return index <= given ? new Worker(pool, index) : throw new InsufficientMemoryException("no thread");
        });
        for (int repetition = 0; repetition < 20; repetition++)
        {
            var work = new CountingWork(40);
            pool.Run(work, 0, 40, threads: 4);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
        }

        Assert.Equal(given + 1, asked);
    }

    [Fact]
    public void A_call_from_within_a_cut_does_its_work_itself()
    {
        var pool = new WorkerPool();
        var inner = new CountingWork(10);
        var outer = new NestingWork(pool, inner);
        pool.Run(outer, 0, 4, 4);
        Assert.All(inner.Counts, count => Assert.Equal(4, count));
    }

    [Fact]
    public void Callers_on_many_threads_share_one_pool()
    {
        var pool = new WorkerPool();
        int wrong = 0;
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int repetition = 0; repetition < 300; repetition++)
            {
                var work = new CountingWork(33);
                pool.Run(work, 0, 33, 3);
                if (work.Counts.Any(count => count != 1))
                    Interlocked.Increment(ref wrong);
            }
        }))];
        foreach (Thread caller in callers)
            caller.Start();

        foreach (Thread caller in callers)
            caller.Join();

        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(" ", 0)]
    [InlineData("1", 1)]
    [InlineData("1024", 1024)]
    public void The_environment_sets_the_degree(string? text, int degree)
        => Assert.Equal(degree == 0 ? Environment.ProcessorCount : degree, SeGenThreads.FromEnvironment(text));

    [Theory]
    [InlineData("0")]
    [InlineData("-2")]
    [InlineData("1025")]
    [InlineData("two")]
    public void A_wrong_environment_is_named(string text)
        => Assert.Contains($"SEGEN_THREADS is \"{text}\"", Assert.Throws<InvalidOperationException>(() => SeGenThreads.FromEnvironment(text)).Message, StringComparison.Ordinal);

    private sealed class CountingWork(int cuts) : ParallelWork
    {
        public int[] Counts { get; } = new int[cuts];

        public int[] Threads { get; } = new int[cuts];

        public int Phase { get; private set; }

        public int FailAt { get; init; } = -1;

        public override void RunCut(int phase, int cut)
        {
            Interlocked.Increment(ref Counts[cut]);
            Threads[cut] = Environment.CurrentManagedThreadId;
            Phase = phase;
            if (cut == FailAt)
                throw new InvalidOperationException($"cut {cut}");
        }
    }

    /// <summary>Two cuts that wait for each other: they must be on two threads.</summary>
    private sealed class MeetingWork : ParallelWork, IDisposable
    {
        private readonly Barrier _barrier = new(2);
        private int _met;

        public bool Met => _met == 2;

        public void Dispose() => _barrier.Dispose();

        public override void RunCut(int phase, int cut)
        {
            if (_barrier.SignalAndWait(TimeSpan.FromSeconds(20)))
                Interlocked.Increment(ref _met);
        }
    }

    private sealed class NestingWork(WorkerPool pool, CountingWork inner) : ParallelWork
    {
        public override void RunCut(int phase, int cut) => pool.Run(inner, 0, inner.Counts.Length, 4);
    }
}
