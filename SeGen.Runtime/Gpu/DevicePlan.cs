namespace SeGen.Cuda;

/// <summary>Everything that a module needs on a device for a batch of one size, allocated once: memory, launches, and the graph of a whole call.</summary>
/// <param name="context">The device.</param>
/// <param name="map">The batch.</param>
/// <param name="isTraining">Whether it keeps what the way back needs; Forward has a plan of its own, since it may come in between.</param>
/// <param name="input">The input.</param>
/// <param name="output">The output.</param>
internal abstract class DevicePlan(GpuContext context, GpuMap map, bool isTraining, GpuShape input, GpuShape output) : IDisposable
{
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

    /// <summary>Whether launches can be written down as a graph.</summary>
    protected virtual bool CanCapture => true;

    /// <summary>Gradients of both of the host's calls.</summary>
    private GpuStaging GradientStaging => _gradientStaging ??= new GpuStaging(context, output.Length, input.Length);

    /// <summary>Brings up to date what a call needs and its graph does not have; before every call.</summary>
    public virtual void Refresh(GpuLauncher launcher)
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

    /// <summary>The way forward for a caller on the host. From the second time on, copies and launches are one launch of a graph.</summary>
    /// <param name="launcher">Where launches go.</param>
    /// <param name="from">What goes to the device.</param>
    /// <param name="to">What comes back; it is there when this returns.</param>
    public void RunForward(GpuLauncher launcher, ReadOnlySpan<float> from, Span<float> to)
    {
        bool canCapture = CanCapture && !launcher.IsTimed && !GpuSettings.IsSynchronous;
        from.CopyTo(Staging.Host);
        if (canCapture && Staging.HasRun)
            context.Stream.Launch(Staging.Graph ??= Capture(launcher));
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
        string form = Backward(launcher, x, staging.Input.Address, dx.IsEmpty ? 0 : staging.Output.Address);
        if (!dx.IsEmpty)
            staging.Download(context.Stream);

        context.Stream.Synchronize();
        if (!dx.IsEmpty)
            staging.Host[..input.Length].CopyTo(dx);

        return form;
    }

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

    /// <summary>On a stream of its own, so that nothing else is written down.</summary>
    private CudaGraph Capture(GpuLauncher launcher)
    {
        using var stream = new CudaStream(context.Device);
        stream.BeginCapture();
        launcher.Stream = stream;
        try
        {
            Whole(launcher);
        }
        finally
        {
            launcher.Stream = context.Stream;
        }

        return stream.EndCapture();
    }
}
