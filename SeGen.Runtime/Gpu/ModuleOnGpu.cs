using SeGen.CompilerServices;

namespace SeGen.Cuda;

/// <summary>What all modules on a GPU have in common: plans for batches, the weights' version, buffers, the order of training.</summary>
internal abstract class ModuleOnGpu : GpuModule
{
    // Batches of other sizes than these take the place of the one that was not used for longest.
    private const int MostPlans = 8;

    private readonly GpuContext _context;
    private readonly GpuLauncher _launcher;
    private readonly List<DevicePlan> _plans = [];
    private DevicePlan? _training;
    private GpuBuffer? _trainingInput;
    private bool _isDisposed;

    private protected ModuleOnGpu(ModuleDefinition definition, ParameterSet parameters, GpuContext context)
        : base(definition, parameters)
    {
        _context = context;
        _launcher = new GpuLauncher(context);
        Weights = new GpuWeights(context, parameters);
    }

    private protected GpuContext Context => _context;

    /// <summary>The parameters on the device.</summary>
    private protected GpuWeights Weights { get; }

    public override bool IsOnGpu => true;

    public override string Placement
        => $"On {_context.Device.Name}, compute capability {_context.Device.Capability / 10}.{_context.Device.Capability % 10}.";

    public override GpuBuffer Allocate(int floats)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(floats, 1);
        return new GpuBuffer(_context, floats);
    }

    public override GpuBuffer Wrap(ulong address, int floats)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(floats, 1);
        if (address == 0 || address % 16 != 0)
            throw new ArgumentException(
                $"An address on the device must be a multiple of 16, and 0x{address:x} was given.", nameof(address));

        return new GpuBuffer(_context, address, floats);
    }

    public override void Backward(ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        DevicePlan plan = Trained();
        CheckGradient(plan.Output, outputGradient.Length, nameof(outputGradient));
        if (!inputGradient.IsEmpty)
            CheckGradient(plan.Input, inputGradient.Length, nameof(inputGradient));

        ModuleArguments.CheckOverlap(Definition, outputGradient, inputGradient, inPlace: false, nameof(inputGradient));
        lock (_context.Lock)
        {
            Enter();
            Form = plan.RunBackward(_launcher, TrainingAddress(plan), outputGradient, inputGradient);
            GC.KeepAlive(_trainingInput);
            Finish();
        }
    }

    public override void Backward(GpuBuffer outputGradient, GpuBuffer? inputGradient)
    {
        DevicePlan plan = Trained();
        ArgumentNullException.ThrowIfNull(outputGradient);
        CheckBuffer(outputGradient, nameof(outputGradient));
        CheckGradient(plan.Output, outputGradient.Length, nameof(outputGradient));
        if (inputGradient is not null)
        {
            CheckBuffer(inputGradient, nameof(inputGradient));
            CheckGradient(plan.Input, inputGradient.Length, nameof(inputGradient));
            if (inputGradient.Overlaps(outputGradient) == false || _trainingInput?.Overlaps(inputGradient) is not null)
                throw new ArgumentException(
                    $"{Definition.Name} still reads what it would write here: the buffer may be outputGradient's, but not overlap "
                        + $"otherwise, nor the input of ForwardTraining.", nameof(inputGradient));
        }

        lock (_context.Lock)
        {
            Enter();
            Form = plan.RunBackward(_launcher, TrainingAddress(plan), outputGradient.Address, inputGradient?.Address ?? 0);

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

    public override void Optimize(Optimizer optimizer)
        => throw new NotSupportedException(
            $"{Definition.Name} is a gate alone, whose parameters are stepped on the host: call Synchronize, then the optimizer's Step.");

    public override void ClipGradientNorm(float limit, GpuBuffer? norm = null)
        => throw new NotSupportedException(
            $"{Definition.Name} is a gate alone, whose gradients the host clips: call Synchronize, then Parameters.ClipGradientNorm.");

    public override void Loss(CrossEntropyLoss loss, GpuBuffer logits, ReadOnlySpan<int> targets, GpuBuffer? gradient, GpuBuffer mean)
        => throw new NotSupportedException($"{Definition.Name} is a gate alone, which has no logits.");

    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        lock (_context.Lock)
        {
            foreach (DevicePlan plan in _plans)
                plan.Dispose();

            Weights.Dispose();
            _launcher.Dispose();
        }
    }

    internal override string? CannotStep
        => $"{Definition.Name} is a gate alone, whose parameters are stepped on the host: train it on the CPU, or in a block or network.";

    internal override void SeedDropout(long seed)
    {
        // A gate drops nothing.
    }

    private protected override void Prepare(GpuMap map, bool isTraining)
    {
        lock (_context.Lock)
        {
            Enter();
            FollowWeights();
            Plan(map).PrepareStaging();
            if (!isTraining)
                return;

            DevicePlan plan = Plan(map, isTraining: true);
            plan.PrepareStaging();
            plan.PrepareBackward();
            Weights.PrepareGradients();
        }
    }

    private protected override void Run(GpuMap map, ReadOnlySpan<float> input, Span<float> output, bool isTraining)
    {
        lock (_context.Lock)
        {
            DevicePlan plan = Start(map, isTraining);
            plan.RunForward(_launcher, input, output);
            Finished(_launcher, isWhole: false);
            Remember(plan, null, isTraining);
            if (TimesKernels)
                KernelTimes = _launcher.Times();
        }
    }

    private protected override void Run(GpuMap map, GpuBuffer input, GpuBuffer output, bool isTraining)
    {
        lock (_context.Lock)
        {
            DevicePlan plan = Start(map, isTraining);
            plan.Run(_launcher, new GraphKey(IsBackward: false, input.Address, output.Address, IsFrozen: plan.IsFrozen));
            Remember(plan, input, isTraining);
            GC.KeepAlive(input);
            GC.KeepAlive(output);
        }
    }

    /// <summary>Everything before the launches of a way forward. A step that fails leaves none behind that Backward could follow.</summary>
    private DevicePlan Start(GpuMap map, bool isTraining)
    {
        Enter();
        if (isTraining)
            (_training, _trainingInput) = (null, null);

        DevicePlan plan = Plan(map, isTraining);
        FollowWeights();
        plan.Begin(_launcher);
        return plan;
    }

    private protected override void CheckBuffer(GpuBuffer buffer, string name)
    {
        if (!ReferenceEquals(buffer.Context, _context))
            throw new ArgumentException(
                buffer.Context is null
                    ? $"The buffer is the host's; {Definition.Name} is on {_context.Device.Name}."
                    : $"The buffer is on another GPU than {Definition.Name}.",
                name);
    }

    /// <summary>Begins a call, whose thread holds the lock: where launches go.</summary>
    private protected GpuLauncher Enter()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _context.Device.MakeCurrent();
        _launcher.Time(TimesKernels);
        return _launcher;
    }

    /// <summary>After everything is done: gradients to the parameters, times to whoever asks.</summary>
    private void Finish()
    {
        Weights.AddGradients();
        Finished(_launcher, isWhole: true);
        if (TimesKernels)
            KernelTimes = _launcher.Times();
    }

    private DevicePlan Plan(GpuMap map, bool isTraining = false)
    {
        if (isTraining && CannotTrain is { } why)
            throw new NotSupportedException(why);

        int at = _plans.Count - 1;
        while (at >= 0 && (_plans[at].Map != map || _plans[at].IsTraining != isTraining))
            at--;

        DevicePlan plan = at >= 0 ? _plans[at] : New(map, isTraining);
        if (at >= 0)
            _plans.RemoveAt(at);

        // The one that was used last stands last.
        _plans.Add(plan);
        Form = plan.Form;
        return plan;
    }

    private DevicePlan New(GpuMap map, bool isTraining)
    {
        if (_plans.Count == MostPlans)
        {
            DevicePlan oldest = _plans.First(p => p != _training);
            _plans.Remove(oldest);
            oldest.Dispose();
        }

        return CreatePlan(map, isTraining);
    }

    private void Remember(DevicePlan plan, GpuBuffer? input, bool isTraining)
    {
        if (isTraining)
            (_training, _trainingInput) = (plan, input);
    }

    /// <summary>
    /// Where the input of the way forward is: in the caller's buffer, which must not have been disposed of, or in the plan's.
    /// </summary>
    private ulong TrainingAddress(DevicePlan plan) => _trainingInput?.Address ?? plan.Staging.Input.Address;

    private DevicePlan Trained()
        => _training ?? throw new InvalidOperationException(
            $"{Definition.Name}: Backward comes after ForwardTraining, and there was none.");

    /// <summary>Why there are no kernels for the way back; null where there are.</summary>
    private protected abstract string? CannotTrain { get; }

    /// <summary>Everything for a batch.</summary>
    /// <exception cref="ArgumentException">The batch is larger than kernels can count.</exception>
    private protected abstract DevicePlan CreatePlan(GpuMap map, bool isTraining);

    /// <summary>When the parameters were copied to the device anew.</summary>
    private protected virtual void WeightsChanged(GpuLauncher launcher)
    {
    }

    /// <summary>When everything is done, whether it was a call over spans or Synchronize.</summary>
    private protected virtual void Finished(GpuLauncher launcher, bool isWhole)
    {
    }

    private void FollowWeights()
    {
        if (Weights.Update())
            WeightsChanged(_launcher);
    }

    private void CheckGradient(GpuShape needed, int given, string name)
    {
        if (given != needed.Length)
            throw new ArgumentException(
                $"{Definition.Name} needs {needed} = {needed.Length:N0} values here and was given {given:N0}.", name);
    }
}
