using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Layers.Gates;

/// <summary>A row of the table in the header of a generated file.</summary>
internal sealed record LayerRow(string Layer, string Output, long Parameters, long MultiplyAdds, string Kernel);

/// <summary>
/// What is decided about a gate before any text is written: layouts of weights and scratch, cuts for threads, which values are kept.
/// A pure function of the Spec.
/// </summary>
internal sealed record SEBlockPlan(
    SEBlockSpec Spec,
    EquatableArray<BufferField> Weights,
    int WeightsLength,
    EquatableArray<BufferField> ForwardScratch,
    int ForwardLength,
    EquatableArray<BufferField> TrainingScratch,
    int TrainingLength,
    EquatableArray<BufferField> GradientSums,
    int GradientLength,
    int CutChannels,
    EquatableArray<LayerRow> Layers)
{
    /// <summary>Pixels below which a channel's row is too short for stores past the caches to pay.</summary>
    public const int MinStreamedPixels = 64;

    public GateSpec Gate => Spec.Gate;

    public int Channels => Gate.Channels;

    public int Hidden => Gate.Hidden;

    public int PaddedChannels => VectorWidth.Pad(Channels);

    public bool IsFixed => Spec.IsFixed;

    public bool Trains => !Spec.InferenceOnly;

    /// <summary>Pixels of a channel, or 0 where they come at run time.</summary>
    public int Pixels => Spec.Height * Spec.Width;

    /// <summary>Without a hidden layer the gate does not depend on the input.</summary>
    public bool HasHidden => Hidden > 0;

    /// <summary>Whether the maximum of each channel has a part in the squeeze, so that ties share a gradient.</summary>
    public bool HasMaximum => HasHidden && Gate.Squeeze is Squeeze.Max or Squeeze.MeanMaxAverage;

    /// <summary>Whether every pixel has an equal part in the squeeze.</summary>
    public bool HasMean => HasHidden && Gate.Squeeze != Squeeze.Max;

    /// <summary>Whether the derivative of the activation needs what went into it, not only what came out.</summary>
    public bool KeepsPreactivation => HasHidden && Gate.Activation is Activation.SiLU or Activation.HardSwish;

    /// <summary>Whether the derivative of the gate needs what went into it: rounding can make 1 of a value just below.</summary>
    public bool KeepsGateInput => Gate.Gate == Model.Gate.HardSigmoid;

    public int ChannelCuts => Math.Max(1, Channels / CutChannels);

    /// <summary>Whether rows are long enough for stores past the caches; where the size comes at run time, that is asked there.</summary>
    public bool CanStream => !IsFixed || Pixels >= MinStreamedPixels;

    public long ParameterCount => Layers.Sum(l => l.Parameters);

    /// <summary>
    /// Of the dense layers, for one image: what counters of multiply-adds count; the passes over the image are bound by memory.
    /// </summary>
    public long MultiplyAdds => Layers.Sum(l => l.MultiplyAdds);

    public long WorkspaceBytes => (long)ForwardLength * Spec.MaxBatch * sizeof(float);

    /// <summary>A constant's value.</summary>
    public int Offset(string name) => Weights.Concat(TrainingScratch).Concat(GradientSums).First(f => f.Name == name).Offset;
}
