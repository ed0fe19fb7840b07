using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>
/// What is the same for all instances of a generated module: its shape, its parameters and how to make the objects that run it.
/// Generated code derives from it once per module.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ModuleDefinition
{
    /// <summary>The module's name for messages.</summary>
    public abstract string Name { get; }

    /// <summary>Channels of the input.</summary>
    public abstract int InputChannels { get; }

    /// <summary>Channels of the output.</summary>
    public abstract int OutputChannels { get; }

    /// <summary>The declared height, or 0 for any.</summary>
    public virtual int Height => 0;

    /// <summary>The declared width, or 0 for any.</summary>
    public virtual int Width => 0;

    /// <summary>The batch for which buffers are sized.</summary>
    public abstract int MaxBatch { get; }

    /// <summary>Whether the output may be the very input.</summary>
    public virtual bool InPlace => false;

    /// <summary>Floats of the packed weights.</summary>
    public abstract int PackedLength { get; }

    /// <summary>Height and width of the output for those of an input; the same where the module does not say otherwise.</summary>
    public virtual (int Height, int Width) OutputSize(int height, int width) => (height, width);

    /// <summary>What decides the results beside the weights: a line for each layer, its kind, settings and name.</summary>
    public virtual string[] Settings => [];

    /// <summary>Whether it is a gate alone, whose factors can be asked for.</summary>
    public virtual bool IsGate => false;

    /// <summary>Whether training code was generated.</summary>
    public virtual bool Trains => true;

    /// <summary>The parameters in the order of the state_dict, with their first values drawn from the given source in that order.</summary>
    public abstract ParameterSpec[] CreateParameters(Random random);

    /// <summary>How many parts the weights are packed in, each by itself: the steps of a network that have any.</summary>
    public virtual int PackedParts => 1;

    /// <summary>Writes the parameters of a part in the form in which the kernels read them.</summary>
    public abstract void PackPart(int part, ParameterSet parameters, Span<float> packed);

    /// <summary>Makes an object that runs inference, with its own scratch.</summary>
    public abstract ForwardRun CreateForward(PackedWeights weights);

    /// <summary>Makes an object that runs training steps, with its own scratch.</summary>
    /// <exception cref="NotSupportedException">The module was declared with InferenceOnly.</exception>
    public virtual TrainingRun CreateTraining(PackedWeights weights) => throw new NotSupportedException($"{Name} has no training code.");
}
