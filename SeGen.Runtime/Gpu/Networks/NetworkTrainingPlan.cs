using SeGen.CompilerServices;
using SeGen.Simd;

namespace SeGen.Cuda.Networks;

/// <summary>A network's training for a batch of one size.</summary>
internal sealed class NetworkTrainingPlan : DevicePlan
{
    private readonly GpuTraining _steps;
    private readonly IModule _module;
    private readonly GpuWeights _weights;
    private readonly uint[] _keys;
    private readonly Action _statisticsMoved;
    private bool _isFrozen, _canGoBack;

    public NetworkTrainingPlan(
        GpuContext context, NetworkModules modules, NetworkKernels kernels, ModuleDefinition definition, IModule cpu, GpuWeights weights,
        GpuMap map, Action statisticsMoved)
        : base(
            context, map, isTraining: true, new GpuShape(map.Images, definition.InputChannels, map.Height, map.Width),
            NetworkPlan.OutputOf(definition, map))
    {
        (_module, _weights, _statisticsMoved) = (cpu, weights, statisticsMoved);
        _steps = new GpuTraining(context, modules, weights, map.Images, kernels.TrainingLength);
        kernels.Train(_steps);
        _keys = new uint[map.Images];
        Form = $"{_steps.Forward.Count} kernels, {_steps.Backward.Count} back";
    }

    public override string Form { get; }

    public override bool IsFrozen => _isFrozen;

    // A whole call over spans is not written down: its graph does not know whether statistics are frozen.
    protected override bool CapturesSpans => false;

    public override void Begin(GpuLauncher launcher)
    {
        _isFrozen = _module.FreezeStatistics;
        _canGoBack = false;
        if (!_isFrozen && _steps.OneValue is { } layer)
            throw ModuleArguments.OneValue(layer, "input");

        foreach ((int number, ulong keys) in _steps.Dropouts)
        {
            for (int image = 0; image < _keys.Length; image++)
                _keys[image] = DropoutMask.Key(_module.DropoutSeed, number, image);

            Context.Feed.Upload(keys, _keys);
        }

        _module.DropoutSeed = unchecked(_module.DropoutSeed + 1);
        if (!_isFrozen && _steps.HasNorms)
            _statisticsMoved();

        _canGoBack = true;
    }

    public override void Forward(GpuLauncher launcher, ulong x, ulong y) => _steps.Forward.Run(launcher, x, y, isFrozen: _isFrozen);

    public override string Backward(GpuLauncher launcher, ulong x, ulong dy, ulong dx)
    {
        _steps.Backward.Run(launcher, x, dy, dx, _isFrozen);
        return Form;
    }

    public override string RunBackward(GpuLauncher launcher, ulong x, ulong dy, ulong dx)
    {
        if (!_canGoBack)
            throw new InvalidOperationException("Gradients have taken the memory of values: Backward comes once after ForwardTraining.");

        _canGoBack = false;
        Run(launcher, new GraphKey(IsBackward: true, x, dy, dx, _isFrozen));
        _weights.HasGradients();
        return Form;
    }

    public override void PrepareBackward() => _weights.PrepareGradients();

    protected override void Free() => _steps.Dispose();
}
