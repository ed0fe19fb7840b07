using SeGen.CompilerServices;

namespace SeGen.Cuda.Networks;

/// <summary>A block or a network on a GPU.</summary>
internal sealed class NetworkOnGpu : ModuleOnGpu
{
    private readonly IModule _module;
    private readonly NetworkKernels _kernels;
    private readonly NetworkModules _inference;
    private NetworkModules? _training;
    private readonly NormFolds _norms;
    private readonly Dictionary<Optimizer, OptimizerOnGpu> _optimizers = [];
    private LossOnGpu? _loss;
    private ClippingOnGpu? _clipping;
    private int _stepsAhead;

    public NetworkOnGpu(IModule module, ModuleDefinition definition, ParameterSet parameters, NetworkKernels kernels, GpuContext context)
        : base(definition, parameters, context)
    {
        (_module, _kernels) = (module, kernels);
        _inference = new NetworkModules(context, kernels.Inference, kernels.InferenceOnTensorCores);
        _norms = new NormFolds(context, Weights, parameters, _inference.Layers);
    }

    private protected override string? CannotTrain => _kernels.Training.IsEmpty
        ? $"{Definition.Name} is declared with InferenceOnly = true, so that no training code was generated; remove it to train."
        : null;

    private protected override DevicePlan CreatePlan(GpuMap map, bool isTraining)
    {
        if (!isTraining)
            return new NetworkPlan(Context, _inference, _kernels, Definition, Weights, _norms, map);

        return new NetworkTrainingPlan(Context, Training, _kernels, Definition, _module, Weights, map, () =>
        {
            _stepsAhead++;
            _norms.IsStale = true;
        });
    }

    private protected override void WeightsChanged(GpuLauncher launcher) => _norms.IsStale = true;

    public override void Optimize(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        CheckOptimizer(optimizer);
        lock (Context.Lock)
        {
            GpuLauncher launcher = EnterWithGradients(nameof(Optimize));
            if (Weights.Length == 0)
                return;

            if (!_optimizers.TryGetValue(optimizer, out OptimizerOnGpu? own))
                _optimizers[optimizer] = own = new OptimizerOnGpu(Context, Weights, optimizer, Training.Layers);

            own.Step(launcher);
            _norms.IsStale = true;
        }
    }

    public override void ClipGradientNorm(float limit, GpuBuffer? norm = null)
    {
        CheckClipping(limit, norm);
        lock (Context.Lock)
        {
            GpuLauncher launcher = EnterWithGradients(nameof(ClipGradientNorm));
            _clipping ??= new ClippingOnGpu(Context, Weights, Training.Layers);
            _clipping.Run(launcher, limit, norm?.Address ?? 0);
            GC.KeepAlive(norm);
        }
    }

    public override void Loss(CrossEntropyLoss loss, GpuBuffer logits, ReadOnlySpan<int> targets, GpuBuffer? gradient, GpuBuffer mean)
    {
        CheckLoss(loss, logits, gradient, mean);
        lock (Context.Lock)
        {
            GpuLauncher launcher = Enter();
            _loss ??= new LossOnGpu(Context, Training.Layers);
            _loss.Run(launcher, loss, logits.Address, logits.Length, targets, gradient?.Address ?? 0, mean.Address);
            GC.KeepAlive(logits);
            GC.KeepAlive(gradient);
            GC.KeepAlive(mean);
        }
    }

    internal override string? CannotStep => CannotTrain;

    internal override void SeedDropout(long seed) => _module.DropoutSeed = seed;

    private GpuLauncher EnterWithGradients(string call)
    {
        GpuLauncher launcher = Enter();
        CheckGradients(Weights.IsGradientHere, call);
        return launcher;
    }

    private NetworkModules Training => CannotTrain is { } why
        ? throw new NotSupportedException(why)
        : _training ??= new NetworkModules(Context, _kernels.Training, _kernels.TrainingOnTensorCores);

    private protected override void Finished(GpuLauncher launcher, bool isWhole)
    {
        bool isAhead = isWhole && Weights.IsAhead;
        if (_stepsAhead > 0 || isAhead)
            Weights.Bring(_stepsAhead, isWhole);

        _stepsAhead = 0;
        if (!isAhead)
            return;

        foreach (OptimizerOnGpu optimizer in _optimizers.Values)
            optimizer.Bring();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _norms.Dispose();
        _loss?.Dispose();
        _clipping?.Dispose();
        foreach (OptimizerOnGpu optimizer in _optimizers.Values)
            optimizer.Dispose();
    }
}
