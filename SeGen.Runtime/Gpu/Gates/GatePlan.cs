using SeGen.CompilerServices;

namespace SeGen.Cuda.Gates;

/// <summary>Everything that a gate needs on a device for a batch of one size, allocated once: memory, launches, and the graph of a whole call.</summary>
internal sealed class GatePlan : IDisposable
{
    private readonly GpuContext _context;
    private readonly GateGeometry _geometry;
    private readonly CudaMemory _partials, _state;
    private CudaMemory? _changes;
    private GateLaunches? _backward, _sumsOnly;
    private CudaFunction? _parameters;
    private GateStaging? _staging, _gradientStaging;

    public GatePlan(GpuContext context, CudaModule forward, GateGeometry geometry, GpuMap map, bool isTraining)
    {
        (_context, _geometry, Map, IsTraining) = (context, geometry, map, isTraining);
        _partials = new CudaMemory(context.Device, (long)map.Images * geometry.Partials);
        _state = new CudaMemory(context.Device, (long)map.Images * geometry.State);
        Forward = new GateLaunches(context, forward, geometry, map, isBackward: false);
    }

    public GpuMap Map { get; }

    /// <summary>Whether it keeps what the way back needs; Forward has a plan of its own, since it may come in between.</summary>
    public bool IsTraining { get; }

    public int Length => checked(Map.Images * _geometry.Channels * Map.Pixels);

    public GateLaunches Forward { get; }

    /// <summary>Input and output of the host's calls.</summary>
    public GateStaging Staging => _staging ??= new GateStaging(_context, Length);

    /// <summary>Gradients of both of the host's calls.</summary>
    public GateStaging GradientStaging => _gradientStaging ??= new GateStaging(_context, Length);

    /// <summary>The way forward for a caller on the host. From the second time on, copies and launches are one launch of a graph.</summary>
    /// <param name="launcher">Where launches go.</param>
    /// <param name="input">What goes to the device.</param>
    /// <param name="output">What comes back; it is there when this returns.</param>
    /// <param name="weights">The parameters.</param>
    public void RunForward(GpuLauncher launcher, ReadOnlySpan<float> input, Span<float> output, ulong weights)
    {
        // Blocks that wait for each other are launched by themselves: a graph of such launches was never tried on a device.
        bool canCapture = !launcher.IsTimed && !GpuSettings.IsSynchronous && !Forward.Form.IsCooperative;
        input.CopyTo(Staging.Host);
        if (canCapture && Staging.HasRun)
            _context.Stream.Launch(Staging.Graph ??= Capture(launcher, weights));
        else
            Whole(launcher, weights);

        _context.Stream.Synchronize();
        Staging.HasRun = true;
        Staging.Host.CopyTo(output);
    }

    /// <summary>The way back for a caller on the host.</summary>
    /// <inheritdoc cref="RunBackward(GpuLauncher, ulong, ulong, ulong, ulong, ulong, CudaModule)"/>
    public string RunBackward(GpuLauncher launcher, ulong x, ReadOnlySpan<float> dy, Span<float> dx, ulong weights, ulong gradients, CudaModule module)
    {
        GateStaging staging = GradientStaging;
        dy.CopyTo(staging.Host);
        staging.Upload(_context.Stream);
        string form = RunBackward(launcher, x, staging.Input.Address, dx.IsEmpty ? 0 : staging.Output.Address, weights, gradients, module);
        if (!dx.IsEmpty)
            staging.Download(_context.Stream);

        _context.Stream.Synchronize();
        if (!dx.IsEmpty)
            staging.Host.CopyTo(dx);

        return form;
    }

    /// <summary>Allocates what calls over spans need.</summary>
    public void PrepareStaging()
    {
        _ = Staging;
        if (IsTraining)
            _ = GradientStaging;
    }

    public void PrepareBackward(CudaModule module)
    {
        _changes ??= new CudaMemory(_context.Device, (long)Map.Images * _geometry.Changes);
        _backward ??= new GateLaunches(_context, module, _geometry, Map, isBackward: true);
    }

    public void RunForward(GpuLauncher launcher, ulong x, ulong y, ulong weights) => Forward.Launch(launcher, [x, y, weights, _partials.Address, _state.Address]);

    /// <summary>The way back; after it the parameters' gradients.</summary>
    /// <param name="launcher">The stream.</param>
    /// <param name="x">The input of the way forward.</param>
    /// <param name="dy">The output's gradient.</param>
    /// <param name="dx">The input's; 0 where it is not wanted.</param>
    /// <param name="weights">The parameters.</param>
    /// <param name="gradients">Theirs, which are added to.</param>
    /// <param name="module">The kernels.</param>
    /// <returns>The form that ran, in words.</returns>
    public unsafe string RunBackward(GpuLauncher launcher, ulong x, ulong dy, ulong dx, ulong weights, ulong gradients, CudaModule module)
    {
        PrepareBackward(module);
        GateLaunches launches = dx != 0 || _backward!.IsPortable ? _backward! : _sumsOnly ??= Portable(module);
        launches.Launch(launcher, [x, dy, dx, weights, _partials.Address, _state.Address, _changes!.Address], isOnlySums: dx == 0);
        if (_geometry.Parameters == 0)
            return launches.Text;

        ulong* values = stackalloc ulong[] { _state.Address, _changes.Address, gradients, (ulong)Map.Images };
        void** arguments = stackalloc void*[] { values, values + 1, values + 2, values + 3 };
        _parameters ??= module.Function("parameters");
        launcher.Launch(_parameters, (_geometry.Parameters + _geometry.Threads - 1) / _geometry.Threads, _geometry.Threads, 0, arguments, isCooperative: false);
        return launches.Text;
    }

    // Forms of one launch always finish the pixels; sums alone are the portable form's first one, and have the same bits.
    private GateLaunches Portable(CudaModule module) => new(_context, module, _geometry, Map, isBackward: true, isPortable: true);

    private void Whole(GpuLauncher launcher, ulong weights)
    {
        Staging.Upload(launcher.Stream);
        RunForward(launcher, Staging.Input.Address, Staging.Output.Address, weights);
        Staging.Download(launcher.Stream);
    }

    /// <summary>On a stream of its own, so that nothing else is written down.</summary>
    private CudaGraph Capture(GpuLauncher launcher, ulong weights)
    {
        using var stream = new CudaStream(_context.Device);
        stream.BeginCapture();
        launcher.Stream = stream;
        try
        {
            Whole(launcher, weights);
        }
        finally
        {
            launcher.Stream = _context.Stream;
        }

        return stream.EndCapture();
    }

    public void Dispose()
    {
        foreach (IDisposable? part in (IDisposable?[])[_partials, _state, _changes, Forward, _backward, _sumsOnly, _staging, _gradientStaging])
            part?.Dispose();
    }
}
