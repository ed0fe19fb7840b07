using SeGen.CompilerServices;

namespace SeGen.Cuda.Gates;

/// <summary>A squeeze-and-excitation gate on a GPU.</summary>
internal sealed class GateOnGpu : ModuleOnGpu
{
    private readonly GateKernels _kernels;
    private readonly CudaModule _forward;

    public GateOnGpu(ModuleDefinition definition, ParameterSet parameters, GateKernels kernels, GpuContext context)
        : base(definition, parameters, context)
    {
        _kernels = kernels;
        _forward = context.Module(kernels.Forward);
    }

    private protected override string? CannotTrain => _kernels.Backward.IsEmpty
        ? $"{Definition.Name} is declared with InferenceOnly = true, so that no training code was generated; remove it to train."
        : null;

    private protected override DevicePlan CreatePlan(GpuMap map, bool isTraining)
    {
        // Kernels count an array's floats in 32 bits.
        GateGeometry geometry = _kernels.Geometry;
        long most = Math.Max(geometry.State, Math.Max(geometry.Changes, geometry.Partials));
        return map.Images * most <= uint.MaxValue
            ? new GatePlan(Context, _forward, _kernels, map, isTraining, Weights)
            : throw new ArgumentException(
                $"{Definition.Name} takes at most {uint.MaxValue / most:N0} images at a time on a GPU and was given {map.Images:N0}; "
                    + $"split the batch.");
    }
}
