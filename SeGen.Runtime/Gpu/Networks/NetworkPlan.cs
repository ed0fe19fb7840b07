using SeGen.CompilerServices;

namespace SeGen.Cuda.Networks;

/// <summary>A network's inference for a batch of one size.</summary>
internal sealed class NetworkPlan : DevicePlan
{
    private readonly GpuSteps _steps;
    private readonly NormFolds _norms;

    public NetworkPlan(
        GpuContext context, NetworkModules modules, NetworkKernels kernels, ModuleDefinition definition, GpuWeights weights,
        NormFolds norms, GpuMap map)
        : base(
            context, map, isTraining: false, new GpuShape(map.Images, definition.InputChannels, map.Height, map.Width),
            OutputOf(definition, map))
    {
        _norms = norms;
        _steps = new GpuSteps(context, modules, weights, norms, map.Images, kernels.ArenaLength);
        kernels.Infer(_steps);
        _steps.End();
        Form = $"{_steps.Program.Count} kernels";
    }

    public override string Form { get; }

    public override void Begin(GpuLauncher launcher) => _norms.Refresh(launcher);

    public override void Forward(GpuLauncher launcher, ulong x, ulong y) => _steps.Program.Run(launcher, x, y);

    public override string Backward(GpuLauncher launcher, ulong x, ulong dy, ulong dx)
        => throw new NotSupportedException("This plan is one of inference.");

    public override void PrepareBackward() => throw new NotSupportedException("This plan is one of inference.");

    protected override void Free() => _steps.Dispose();

    /// <summary>The shape of a batch's output.</summary>
    public static GpuShape OutputOf(ModuleDefinition definition, GpuMap map)
    {
        (int height, int width) = definition.OutputSize(map.Height, map.Width);
        return new GpuShape(map.Images, definition.OutputChannels, height, width);
    }
}
