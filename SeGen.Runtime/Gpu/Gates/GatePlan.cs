using SeGen.CompilerServices;

namespace SeGen.Cuda.Gates;

/// <summary>Everything that a gate needs on a device for a batch of one size.</summary>
internal sealed class GatePlan : DevicePlan
{
    private readonly GateKernels _kernels;
    private readonly GpuWeights _weights;
    private readonly CudaMemory _partials, _state;
    private readonly GateLaunches _forward;
    private CudaMemory? _changes;
    private GateLaunches? _backward, _sumsOnly;
    private CudaFunction? _parameters;

    public GatePlan(GpuContext context, CudaModule forward, GateKernels kernels, GpuMap map, bool isTraining, GpuWeights weights)
        : base(context, map, isTraining, ShapeOf(kernels, map), ShapeOf(kernels, map))
    {
        (_kernels, _weights) = (kernels, weights);
        _partials = new CudaMemory(context.Device, (long)map.Images * Geometry.Partials);
        _state = new CudaMemory(context.Device, (long)map.Images * Geometry.State);
        _forward = new GateLaunches(context, forward, Geometry, map, isBackward: false);
    }

    public override string Form => _forward.Text;

    // Blocks that wait for each other are launched by themselves: a graph of such launches was never tried on a device.
    protected override bool CanCapture => !_forward.Form.IsCooperative;

    private GateGeometry Geometry => _kernels.Geometry;

    private CudaModule Module => Context.Module(_kernels.Backward);

    public override void PrepareBackward()
    {
        _changes ??= new CudaMemory(Context.Device, (long)Map.Images * Geometry.Changes);
        _backward ??= new GateLaunches(Context, Module, Geometry, Map, isBackward: true);
    }

    public override void Forward(GpuLauncher launcher, ulong x, ulong y)
        => _forward.Launch(launcher, [x, y, _weights.Address, _partials.Address, _state.Address]);

    public override unsafe string Backward(GpuLauncher launcher, ulong x, ulong dy, ulong dx)
    {
        PrepareBackward();
        GateLaunches launches = dx != 0 || _backward!.IsPortable ? _backward! : _sumsOnly ??= Portable();
        launches.Launch(launcher, [x, dy, dx, _weights.Address, _partials.Address, _state.Address, _changes!.Address], isOnlySums: dx == 0);
        if (Geometry.Parameters == 0)
            return launches.Text;

        ulong* values = stackalloc ulong[] { _state.Address, _changes.Address, _weights.Gradients, (ulong)Map.Images };
        void** arguments = stackalloc void*[] { values, values + 1, values + 2, values + 3 };
        _parameters ??= Module.Function("parameters");
        launcher.Launch(
            _parameters, (Geometry.Parameters + Geometry.Threads - 1) / Geometry.Threads, Geometry.Threads, 0, arguments,
            isCooperative: false);
        return launches.Text;
    }

    protected override void Free()
    {
        foreach (IDisposable? part in (IDisposable?[])[_partials, _state, _changes, _forward, _backward, _sumsOnly])
            part?.Dispose();
    }

    // Forms of one launch always finish the pixels; sums alone are the portable form's first one, and have the same bits.
    private GateLaunches Portable() => new(Context, Module, Geometry, Map, isBackward: true, isPortable: true);

    private static GpuShape ShapeOf(GateKernels kernels, GpuMap map) => new(map.Images, kernels.Geometry.Channels, map.Height, map.Width);
}
