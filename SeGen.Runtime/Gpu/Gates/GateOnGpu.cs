using SeGen.CompilerServices;

namespace SeGen.Cuda.Gates;

/// <summary>A squeeze-and-excitation gate on a GPU.</summary>
internal sealed unsafe class GateOnGpu : GpuModule
{
    // Batches of other sizes than these take the place of the one that was not used for longest.
    private const int MostPlans = 8;

    private readonly GpuContext _context;
    private readonly GateKernels _kernels;
    private readonly GateGeometry _geometry;
    private readonly CudaModule _forward;
    private readonly GpuLauncher _launcher;
    private readonly GpuWeights _weights;
    private readonly List<GatePlan> _plans = [];
    private CudaModule? _backward;
    private GatePlan? _training;
    private ulong _trainingInput;
    private bool _isDisposed;

    public GateOnGpu(ModuleDefinition definition, ParameterSet parameters, GateKernels kernels, GpuContext context)
        : base(definition, parameters)
    {
        (_context, _kernels, _geometry) = (context, kernels, kernels.Geometry);
        _forward = context.Module(kernels.Forward);
        _launcher = new GpuLauncher(context);
        _weights = new GpuWeights(context, parameters);
    }

    public override bool IsOnGpu => true;

    public override string Placement => $"On {_context.Device.Name}, compute capability {_context.Device.Capability / 10}.{_context.Device.Capability % 10}.";

    public override GpuBuffer Allocate(int floats)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(floats, 1);
        return new GpuBuffer(_context, floats);
    }

    public override GpuBuffer Wrap(ulong address, int floats)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(floats, 1);
        if (address == 0 || address % 16 != 0)
            throw new ArgumentException($"An address on the device must be a multiple of 16, and 0x{address:x} was given.", nameof(address));

        return new GpuBuffer(_context, address, floats);
    }

    public override void Backward(ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        GatePlan plan = Trained();
        CheckGradient(plan, outputGradient.Length, nameof(outputGradient));
        if (!inputGradient.IsEmpty)
            CheckGradient(plan, inputGradient.Length, nameof(inputGradient));

        lock (_context.Lock)
        {
            Enter();
            plan.RunBackward(_launcher, _trainingInput, outputGradient, inputGradient, _weights.Address, _weights.Gradients, BackwardModule());
            Form = plan.BackwardText;
            Finish();
        }
    }

    public override void Backward(GpuBuffer outputGradient, GpuBuffer? inputGradient)
    {
        GatePlan plan = Trained();
        ArgumentNullException.ThrowIfNull(outputGradient);
        CheckBuffer(outputGradient, nameof(outputGradient));
        CheckGradient(plan, outputGradient.Length, nameof(outputGradient));
        if (inputGradient is not null)
        {
            CheckBuffer(inputGradient, nameof(inputGradient));
            CheckGradient(plan, inputGradient.Length, nameof(inputGradient));
        }

        lock (_context.Lock)
        {
            Enter();
            plan.RunBackward(_launcher, _trainingInput, outputGradient.Address, inputGradient?.Address ?? 0, _weights.Address, _weights.Gradients, BackwardModule());
            Form = plan.BackwardText;
        }
    }

    public override void Synchronize()
    {
        lock (_context.Lock)
        {
            Enter();
            _context.Stream.Synchronize();
            Finish();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        lock (_context.Lock)
        {
            foreach (GatePlan plan in _plans)
                plan.Dispose();

            _weights.Dispose();
            _launcher.Dispose();
        }
    }

    private protected override void Prepare(GpuMap map, bool isTraining)
    {
        lock (_context.Lock)
        {
            Enter();
            _ = _weights.Address;
            GatePlan plan = Plan(map, isTraining);
            if (isTraining)
                plan.PrepareBackward(BackwardModule());
        }
    }

    private protected override void Run(GpuMap map, ReadOnlySpan<float> input, Span<float> output, bool isTraining)
    {
        lock (_context.Lock)
        {
            Enter();
            GatePlan plan = Plan(map, isTraining);
            plan.RunForward(_launcher, input, output, _weights.Address);
            Remember(plan, plan.Staging.Input.Address, isTraining);
            if (TimesKernels)
                KernelTimes = _launcher.Times();
        }
    }

    private protected override void Run(GpuMap map, GpuBuffer input, GpuBuffer output, bool isTraining)
    {
        lock (_context.Lock)
        {
            Enter();
            GatePlan plan = Plan(map, isTraining);
            plan.RunForward(_launcher, input.Address, output.Address, _weights.Address);
            Remember(plan, input.Address, isTraining);
        }
    }

    private protected override void CheckBuffer(GpuBuffer buffer, string name)
    {
        if (!ReferenceEquals(buffer.Context, _context))
            throw new ArgumentException(buffer.Context is null ? $"The buffer is the host's; {Definition.Name} is on {_context.Device.Name}." : $"The buffer is on another GPU than {Definition.Name}.", name);
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _context.Device.MakeCurrent();
        _launcher.IsTimed = TimesKernels;
    }

    /// <summary>After everything is done: gradients to the parameters, times to whoever asks.</summary>
    private void Finish()
    {
        _weights.AddGradients();
        if (TimesKernels)
            KernelTimes = _launcher.Times();
    }

    private CudaModule BackwardModule() => _backward ??= _context.Module(_kernels.Backward);

    private GatePlan Plan(GpuMap map, bool isTraining = false)
    {
        if (isTraining && _kernels.Backward.IsEmpty)
            throw new NotSupportedException($"{Definition.Name} is declared with InferenceOnly = true, so that no training code was generated; remove it to train.");

        int at = _plans.Count - 1;
        while (at >= 0 && (_plans[at].Map != map || _plans[at].IsTraining != isTraining))
            at--;

        GatePlan plan = at >= 0 ? _plans[at] : New(map, isTraining);
        if (at >= 0)
            _plans.RemoveAt(at);

        // The one that was used last stands last.
        _plans.Add(plan);
        Form = plan.Forward.Text;
        return plan;
    }

    private GatePlan New(GpuMap map, bool isTraining)
    {
        if (_plans.Count == MostPlans)
        {
            GatePlan oldest = _plans.First(p => p != _training);
            _plans.Remove(oldest);
            oldest.Dispose();
        }

        return new GatePlan(_context, _forward, _geometry, map, isTraining);
    }

    private void Remember(GatePlan plan, ulong input, bool isTraining)
    {
        if (isTraining)
            (_training, _trainingInput) = (plan, input);
    }

    private GatePlan Trained() => _training ?? throw new InvalidOperationException($"{Definition.Name}: Backward comes after ForwardTraining, and there was none.");

    private void CheckGradient(GatePlan plan, int given, string name)
    {
        if (given != plan.Length)
            throw new ArgumentException($"{Definition.Name} needs {plan.Map.Images} x {_geometry.Channels} x {plan.Map.Height} x {plan.Map.Width} = {plan.Length:N0} values here and was given {given:N0}.", name);
    }
}
