namespace SeGen.Cuda;

/// <summary>Puts launches into a stream, and takes their times where that is wanted.</summary>
internal sealed unsafe class GpuLauncher(GpuContext context) : IDisposable
{
    private readonly List<(string Kernel, CudaEvent Before, CudaEvent After)> _timed = [];
    private readonly Stack<CudaEvent> _free = [];

    /// <summary>The stream that launches go into: the device's, or one whose launches are written down.</summary>
    public CudaStream Stream { get; set; } = context.Stream;

    public bool IsTimed { get; private set; }

    /// <summary>Takes times from here on, or no more; those that nobody has asked for are forgotten then.</summary>
    public void Time(bool isTimed)
    {
        if (IsTimed && !isTimed)
            Forget();

        IsTimed = isTimed;
    }

    public void Launch(CudaFunction function, GpuGrid grid, int threads, int shared, void** arguments, bool isCooperative)
    {
        if (!IsTimed)
        {
            Stream.Launch(function, grid, (uint)threads, (uint)shared, arguments, isCooperative);
            return;
        }

        CudaEvent before = Event(), after = Event();
        Stream.Record(before);
        Stream.Launch(function, grid, (uint)threads, (uint)shared, arguments, isCooperative);
        Stream.Record(after);
        _timed.Add((function.Name, before, after));
    }

    /// <summary>A launch by itself, whose arguments are made for it.</summary>
    public void Launch(CudaFunction function, GpuGrid grid, int threads, Layers.LaunchArguments arguments)
    {
        int count = arguments.Values.Count;
        ulong* values = stackalloc ulong[count];
        void** places = stackalloc void*[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = arguments.Values[i];
            places[i] = values + i;
        }

        Launch(function, grid, threads, 0, places, isCooperative: false);
    }

    /// <summary>The times since the last call; all launches must be done.</summary>
    public IReadOnlyList<GpuKernelTime> Times()
    {
        if (_timed.Count == 0)
            return [];

        GpuKernelTime[] times = [.. _timed.Select(t => new GpuKernelTime(t.Kernel, t.After.Since(t.Before)))];
        Forget();
        return times;
    }

    private void Forget()
    {
        foreach ((_, CudaEvent before, CudaEvent after) in _timed)
        {
            _free.Push(before);
            _free.Push(after);
        }

        _timed.Clear();
    }

    public void Dispose()
    {
        foreach (CudaEvent e in _timed.SelectMany(t => new[] { t.Before, t.After }).Concat(_free))
            e.Dispose();

        _timed.Clear();
        _free.Clear();
    }

    private CudaEvent Event() => _free.TryPop(out CudaEvent? known) ? known : new CudaEvent(context.Device);
}
