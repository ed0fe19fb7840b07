using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>A network's kernels, as the generator wrote them, and the order in which they run.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class NetworkKernels
{
    /// <summary>The PTX of inference.</summary>
    public abstract ReadOnlySpan<byte> Inference { get; }

    /// <summary>The products of inference on tensor cores, for devices that have them; empty where Precision is Strict.</summary>
    public virtual ReadOnlySpan<byte> InferenceOnTensorCores => default;

    /// <summary>Those of training.</summary>
    public virtual ReadOnlySpan<byte> TrainingOnTensorCores => default;

    /// <summary>Floats that the values of an image need, which share memory where their lives do not overlap.</summary>
    public abstract int ArenaLength { get; }

    /// <summary>Says what is computed, step by step.</summary>
    public abstract void Infer(GpuSteps net);

    /// <summary>The PTX of training; empty where the module was declared with InferenceOnly.</summary>
    public virtual ReadOnlySpan<byte> Training => default;

    /// <summary>Floats that the values and gradients of an image need in training.</summary>
    public virtual int TrainingLength => 0;

    /// <summary>Says what the way forward in training is, step by step.</summary>
    public virtual void Train(GpuTraining net) => throw new NotSupportedException("The module was declared with InferenceOnly = true.");

    /// <summary>The network on a GPU, or on the CPU where the policy allows.</summary>
    /// <inheritdoc cref="GateKernels.Create"/>
    public GpuModule Create(IModule module, ModuleState state, GpuPolicy policy, int? device)
        => Cuda.GpuChoice.Create(
            module, state, policy, device,
            context => new Cuda.Networks.NetworkOnGpu(module, state.Definition, state.Parameters, this, context));
}
