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
    private GpuBuffer? _trainingInput;
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

        ModuleArguments.CheckOverlap(Definition, outputGradient, inputGradient, inPlace: false, nameof(inputGradient));
        lock (_context.Lock)
        {
            Enter();
            Form = plan.RunBackward(_launcher, TrainingAddress(plan), outputGradient, inputGradient, _weights.Address, _weights.Gradients, BackwardModule());
            GC.KeepAlive(_trainingInput);
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
            if (inputGradient.Overlaps(outputGradient) == false || _trainingInput?.Overlaps(inputGradient) is not null)
                throw new ArgumentException($"{Definition.Name} still reads what it would write here: the buffer may be that of outputGradient, but not overlap it otherwise, nor the input of ForwardTraining.", nameof(inputGradient));
        }

        lock (_context.Lock)
        {
            Enter();
            Form = plan.RunBackward(_launcher, TrainingAddress(plan), outputGradient.Address, inputGradient?.Address ?? 0, _weights.Address, _weights.Gradients, BackwardModule());

            // Whoever drops a buffer after this lets its memory be freed, which waits for the device.
            GC.KeepAlive(outputGradient);
            GC.KeepAlive(inputGradient);
            GC.KeepAlive(_trainingInput);
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
            Plan(map).PrepareStaging();
            if (!isTraining)
                return;

            GatePlan plan = Plan(map, isTraining: true);
            plan.PrepareStaging();
            plan.PrepareBackward(BackwardModule());
            _weights.PrepareGradients();
        }
    }

    private protected override void Run(GpuMap map, ReadOnlySpan<float> input, Span<float> output, bool isTraining)
    {
        lock (_context.Lock)
        {
            Enter();
            Forget(isTraining);
            GatePlan plan = Plan(map, isTraining);
            plan.RunForward(_launcher, input, output, _weights.Address);
            Remember(plan, null, isTraining);
            if (TimesKernels)
                KernelTimes = _launcher.Times();
        }
    }

    private protected override void Run(GpuMap map, GpuBuffer input, GpuBuffer output, bool isTraining)
    {
        lock (_context.Lock)
        {
            Enter();
            Forget(isTraining);
            GatePlan plan = Plan(map, isTraining);
            plan.RunForward(_launcher, input.Address, output.Address, _weights.Address);
            Remember(plan, input, isTraining);
            GC.KeepAlive(input);
            GC.KeepAlive(output);
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
        _launcher.Time(TimesKernels);
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
        // Kernels count an array's floats in 32 bits.
        long most = Math.Max(_geometry.State, Math.Max(_geometry.Changes, _geometry.Partials));
        if (map.Images * most > uint.MaxValue)
            throw new ArgumentException($"{Definition.Name} takes at most {uint.MaxValue / most:N0} images at a time on a GPU and was given {map.Images:N0}; split the batch.");

        if (_plans.Count == MostPlans)
        {
            GatePlan oldest = _plans.First(p => p != _training);
            _plans.Remove(oldest);
            oldest.Dispose();
        }

        return new GatePlan(_context, _forward, _geometry, map, isTraining);
    }

    /// <summary>A step that fails leaves none behind that Backward could follow.</summary>
    private void Forget(bool isTraining)
    {
        if (isTraining)
            (_training, _trainingInput) = (null, null);
    }

    private void Remember(GatePlan plan, GpuBuffer? input, bool isTraining)
    {
        if (isTraining)
            (_training, _trainingInput) = (plan, input);
    }

    /// <summary>Where the input of the way forward is: in the caller's buffer, which must not have been disposed of, or in the plan's.</summary>
    private ulong TrainingAddress(GatePlan plan) => _trainingInput?.Address ?? plan.Staging.Input.Address;

    private GatePlan Trained() => _training ?? throw new InvalidOperationException($"{Definition.Name}: Backward comes after ForwardTraining, and there was none.");

    private void CheckGradient(GatePlan plan, int given, string name)
    {
        if (given != plan.Length)
            throw new ArgumentException($"{Definition.Name} needs {plan.Map.Images} x {_geometry.Channels} x {plan.Map.Height} x {plan.Map.Width} = {plan.Length:N0} values here and was given {given:N0}.", name);
    }
}
