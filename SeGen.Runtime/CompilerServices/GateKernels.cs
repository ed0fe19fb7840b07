using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>A gate's kernels, as the generator wrote them: two modules of PTX and what a launch must know of them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GateKernels
{
    /// <summary>What launches must know.</summary>
    public abstract GateGeometry Geometry { get; }

    /// <summary>The PTX of the way forward.</summary>
    public abstract ReadOnlySpan<byte> Forward { get; }

    /// <summary>The PTX of the way back; empty where the module was declared with InferenceOnly.</summary>
    public virtual ReadOnlySpan<byte> Backward => default;

    /// <summary>The module on a GPU, or on the CPU where the policy allows.</summary>
    /// <param name="module">The module, which runs where there is no GPU.</param>
    /// <param name="state">Its state.</param>
    /// <param name="policy">What is done where there is no GPU.</param>
    /// <param name="device">Which GPU, counted as the driver counts; null for the first that can be used.</param>
    /// <exception cref="GpuException">The policy is Require and there is no GPU, or it cannot be used.</exception>
    public GpuModule Create(IModule module, ModuleState state, GpuPolicy policy, int? device)
        => Cuda.GpuChoice.Create(
            module, state, policy, device, context => new Cuda.Gates.GateOnGpu(state.Definition, state.Parameters, this, context));
}

/// <summary>What the host must know of a gate's kernels to launch them; lengths are in floats unless they say bytes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record GateGeometry
{
    /// <summary>Channels.</summary>
    public required int Channels { get; init; }

    /// <summary>Values of all parameters, in the order of the state_dict.</summary>
    public required int Parameters { get; init; }

    /// <summary>Threads of a block.</summary>
    public required int Threads { get; init; }

    /// <summary>Chunks of an image, each the work of a block.</summary>
    public required int Chunks { get; init; }

    /// <summary>Bytes of shared memory that keep a chunk; 0 where the size comes with the launch, so that there are no groups.</summary>
    public required int ChunkBytes { get; init; }

    /// <summary>Partial sums of an image.</summary>
    public required int Partials { get; init; }

    /// <summary>What an image leaves for the way back.</summary>
    public required int State { get; init; }

    /// <summary>What the way back finds for an image.</summary>
    public required int Changes { get; init; }

    /// <summary>Threads of a block that has a whole image.</summary>
    public int ImageThreads { get; init; }

    /// <summary>Bytes of shared memory of such a block on the way forward; 0 where there is no such form.</summary>
    public int ImageBytes { get; init; }

    /// <summary>Bytes of shared memory of such a block on the way back; 0 where there is no such form.</summary>
    public int ImageGradientBytes { get; init; }

    /// <summary>Whether pixels, and what a sum of them is multiplied by, come with the launch.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether a sum of pixels is divided by height + width, not by their number.</summary>
    public bool DividesByPerimeter { get; init; }
}
