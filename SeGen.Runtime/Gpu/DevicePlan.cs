namespace SeGen.Cuda;

/// <summary>
/// Everything that a module needs on a device for a batch of one size, allocated once: memory, launches, and the graph of a whole call.
/// </summary>
/// <param name="context">The device.</param>
/// <param name="map">The batch.</param>
/// <param name="isTraining">Whether it keeps what the way back needs; Forward has a plan of its own, since it may come in between.</param>
/// <param name="input">The input.</param>
/// <param name="output">The output.</param>
internal abstract class DevicePlan(GpuContext context, GpuMap map, bool isTraining, GpuShape input, GpuShape output) : IDisposable
{
    // Ways over other buffers take the place of the one that came first.
    private const int MostGraphs = 8;

    private readonly List<(GraphKey Key, CudaGraph? Graph)> _graphs = [];
    private GpuStaging? _staging, _gradientStaging;

    public GpuMap Map => map;

    public bool IsTraining => isTraining;

    public GpuShape Input => input;

    public GpuShape Output => output;

    /// <summary>Which kernels run, in words.</summary>
    public abstract string Form { get; }

    /// <summary>Input and output of the host's calls.</summary>
    public GpuStaging Staging => _staging ??= new GpuStaging(context, input.Length, output.Length);

    protected GpuContext Context => context;

    /// <summary>Whether the call at hand uses running statistics, and launches differ by that.</summary>
    public virtual bool IsFrozen => false;

    /// <summary>Whether launches can be written down as a graph.</summary>
    protected virtual bool CanCapture => true;

    /// <summary>Whether whole calls over spans are.</summary>
    protected virtual bool CapturesSpans => true;

    /// <summary>Gradients of both of the host's calls.</summary>
    private GpuStaging GradientStaging => _gradientStaging ??= new GpuStaging(context, output.Length, input.Length);

    /// <summary>Does what comes before the launches of a way forward and is in no graph.</summary>
    public virtual void Begin(GpuLauncher launcher)
    {
    }

    /// <summary>Puts the way forward into the stream.</summary>
    public abstract void Forward(GpuLauncher launcher, ulong x, ulong y);

    /// <summary>The way back; gradients of the parameters are added to those on the device.</summary>
    /// <param name="launcher">The stream.</param>
    /// <param name="x">The input of the way forward.</param>
    /// <param name="dy">The output's gradient.</param>
    /// <param name="dx">The input's; 0 where it is not wanted.</param>
    /// <returns>The form that ran, in words.</returns>
    public abstract string Backward(GpuLauncher launcher, ulong x, ulong dy, ulong dx);

    public abstract void PrepareBackward();

    /// <summary>A way over the caller's buffers. From the second time on with the same ones it is one launch of a graph.</summary>
    public void Run(GpuLauncher launcher, GraphKey key)
    {
        if (!Captures(launcher))
        {
            Launch(launcher, key);
            return;
        }

        int at = _graphs.Count - 1;
        while (at >= 0 && _graphs[at].Key != key)
            at--;

        if (at < 0)
        {
            if (_graphs.Count == MostGraphs)
            {
                // It may still be under way.
                context.Stream.Synchronize();
                _graphs[0].Graph?.Dispose();
                _graphs.RemoveAt(0);
            }

            _graphs.Add((key, null));
            Launch(launcher, key);
            return;
        }

        CudaGraph graph = _graphs[at].Graph ?? Capture(launcher, key);
        _graphs[at] = (key, graph);
        context.Stream.Launch(graph);
    }

    /// <summary>The way forward for a caller on the host. From the second time on, copies and launches are one launch of a graph.</summary>
    /// <param name="launcher">Where launches go.</param>
    /// <param name="from">What goes to the device.</param>
    /// <param name="to">What comes back; it is there when this returns.</param>
    public void RunForward(GpuLauncher launcher, ReadOnlySpan<float> from, Span<float> to)
    {
        from.CopyTo(Staging.Host);
        if (CapturesSpans && Captures(launcher) && Staging.HasRun)
            context.Stream.Launch(Staging.Graph ??= Capture(launcher, null));
        else
            Whole(launcher);

        context.Stream.Synchronize();
        Staging.HasRun = true;
        Staging.Host[..output.Length].CopyTo(to);
    }

    /// <summary>The way back for a caller on the host.</summary>
    /// <inheritdoc cref="Backward(GpuLauncher, ulong, ulong, ulong)"/>
    public string RunBackward(GpuLauncher launcher, ulong x, ReadOnlySpan<float> dy, Span<float> dx)
    {
        GpuStaging staging = GradientStaging;
        dy.CopyTo(staging.Host);
        staging.Upload(context.Stream);
        ulong to = dx.IsEmpty ? 0 : staging.Output.Address;
        string form = RunBackward(launcher, x, staging.Input.Address, to);
        if (!dx.IsEmpty)
            staging.Download(context.Stream);

        context.Stream.Synchronize();
        if (!dx.IsEmpty)
            staging.Host[..input.Length].CopyTo(dx);

        return form;
    }

    /// <summary>The way back over the caller's buffers.</summary>
    /// <inheritdoc cref="Backward(GpuLauncher, ulong, ulong, ulong)"/>
    public virtual string RunBackward(GpuLauncher launcher, ulong x, ulong dy, ulong dx) => Backward(launcher, x, dy, dx);

    /// <summary>Allocates what calls over spans need.</summary>
    public void PrepareStaging()
    {
        _ = Staging;
        if (isTraining)
            _ = GradientStaging;
    }

    public void Dispose()
    {
        _staging?.Dispose();
        _gradientStaging?.Dispose();
        foreach ((_, CudaGraph? graph) in _graphs)
            graph?.Dispose();

        Free();
    }

    /// <summary>Gives the plan's own memory back.</summary>
    protected abstract void Free();

    private void Whole(GpuLauncher launcher)
    {
        Staging.Upload(launcher.Stream);
        Forward(launcher, Staging.Input.Address, Staging.Output.Address);
        Staging.Download(launcher.Stream);
    }

    private bool Captures(GpuLauncher launcher) => CanCapture && !launcher.IsTimed && !GpuSettings.IsSynchronous;

    private void Launch(GpuLauncher launcher, GraphKey key)
    {
        if (key.IsBackward)
            _ = Backward(launcher, key.X, key.Y, key.Dx);
        else
            Forward(launcher, key.X, key.Y);
    }

    /// <summary>
    /// On a stream of its own, so that nothing else is written down: a way over the caller's buffers, or the host's whole call.
    /// </summary>
    private CudaGraph Capture(GpuLauncher launcher, GraphKey? key)
    {
        using var stream = new CudaStream(context.Device);
        stream.BeginCapture();
        launcher.Stream = stream;
        try
        {
            if (key is { } way)
                Launch(launcher, way);
            else
                Whole(launcher);
        }
        finally
        {
            launcher.Stream = context.Stream;
        }

        return stream.EndCapture();
    }
}

/// <summary>What a graph of launches was captured for.</summary>
/// <param name="IsBackward">Whether it is the way back.</param>
/// <param name="X">The input.</param>
/// <param name="Y">The output, or its gradient.</param>
/// <param name="Dx">The input's gradient; 0 where it is not wanted.</param>
/// <param name="IsFrozen">Whether running statistics are used.</param>
internal readonly record struct GraphKey(bool IsBackward, ulong X, ulong Y, ulong Dx = 0, bool IsFrozen = false);
