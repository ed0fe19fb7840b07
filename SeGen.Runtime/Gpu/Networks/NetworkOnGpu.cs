using SeGen.CompilerServices;

namespace SeGen.Cuda.Networks;

/// <summary>A block or a network on a GPU.</summary>
internal sealed class NetworkOnGpu : ModuleOnGpu
{
    private readonly NetworkKernels _kernels;
    private readonly CudaModule _inference;
    private readonly NormFolds _norms;

    public NetworkOnGpu(ModuleDefinition definition, ParameterSet parameters, NetworkKernels kernels, GpuContext context)
        : base(definition, parameters, context)
    {
        _kernels = kernels;
        _inference = context.Module(kernels.Inference);
        _norms = new NormFolds(context, Weights, parameters, _inference);
    }

    private protected override string? CannotTrain => $"{Definition.Name} trains on the CPU: on a GPU there is inference of blocks and networks so far, and training of gates alone.";

    private protected override DevicePlan CreatePlan(GpuMap map, bool isTraining) => new NetworkPlan(Context, _inference, _kernels, Definition, Weights, _norms, map);

    private protected override void WeightsChanged(GpuLauncher launcher) => _norms.Run(launcher);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _norms.Dispose();
    }
}
