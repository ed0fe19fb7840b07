namespace SeGen.CompilerServices;

/// <summary>
/// One object for each thread that asks, made at its first call: later calls neither allocate nor wait. The table is indexed by the
/// managed thread id, which the runtime hands out again when a thread has ended, and so are the objects.
/// </summary>
internal sealed class PerThread<T>(Func<T> create)
    where T : class
{
    private readonly Lock _growing = new();
    private T?[] _byThread = new T?[16];

    public T Current
    {
        get
        {
            int thread = Environment.CurrentManagedThreadId;
            T?[] table = _byThread;
            return (uint)thread < (uint)table.Length && table[thread] is { } mine ? mine : Create(thread);
        }
    }

    private T Create(int thread)
    {
        T created = create();
        lock (_growing)
        {
            if (thread >= _byThread.Length)
                Array.Resize(ref _byThread, Math.Max(thread + 1, _byThread.Length * 2));

            _byThread[thread] = created;
        }

        return created;
    }
}
