using SeGen.Generator.Model;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// How a gate's pixels are shared out on a GPU: a unit, which is a warp where a channel has few pixels and a block else, has a part of a
/// channel. It follows from the shape alone, so that sums are added in the same order on every device and in every form of the kernels.
/// </summary>
/// <param name="Gate">The gate.</param>
/// <param name="Height">Pixels; 0 where they come with the launch.</param>
/// <param name="Width">Pixels likewise.</param>
internal sealed record GateLaunch(GateSpec Gate, int Height, int Width)
{
    public const int Lanes = 32;

    /// <summary>Loads that a thread has under way at the same time.</summary>
    public const int Steps = 8;

    /// <summary>Threads of a block that has a whole image.</summary>
    public const int ImageThreads = 512;

    /// <summary>Shared memory of a block that any device of the architectures in question has at most (compute capability 9.0).</summary>
    private const int MostShared = 227 << 10;

    /// <summary>Threads of a block.</summary>
    public int Threads { get; init; } = 256;

    public int Channels => Gate.Channels;

    /// <summary>Pixels of a channel.</summary>
    public int Pixels => Height * Width;

    public bool IsOpen => Pixels == 0;

    /// <summary>What a sum of pixels is multiplied by, where the size is known.</summary>
    public float Share => (float)(1.0 / (Gate.Squeeze == Squeeze.SumOverHPlusW ? Height + Width : Pixels));

    /// <summary>Floats of a load: four where channels begin at multiples of four.</summary>
    public int Vector => Pixels > 0 && Pixels % 4 == 0 ? 4 : 1;

    /// <summary>Vectors of a channel.</summary>
    public int Vectors => Pixels / Vector;

    /// <summary>Whether a warp has a channel; else a block has a part of one.</summary>
    public bool IsWarps => !IsOpen && Vectors <= Lanes * Steps;

    /// <summary>Threads of a unit.</summary>
    public int UnitThreads => IsWarps ? Lanes : Threads;

    /// <summary>
    /// Parts of a channel: no more vectors in each than a block loads at once. A divisor, if there is one near, makes them equal.
    /// </summary>
    public int Parts
    {
        get
        {
            if (IsOpen || IsWarps)
                return 1;

            int least = (Vectors + Threads * Steps - 1) / (Threads * Steps);
            return Enumerable.Range(least, least).FirstOrDefault(p => Vectors % p == 0) is > 0 and int even ? even : least;
        }
    }

    /// <summary>Vectors of a part; the last one may have fewer.</summary>
    public int PartVectors => (Vectors + Parts - 1) / Parts;

    public bool HasShortPart => PartVectors * Parts != Vectors;

    /// <summary>Vectors of a thread in one unit.</summary>
    public int ThreadVectors => (PartVectors + UnitThreads - 1) / UnitThreads;

    /// <summary>Units of an image.</summary>
    public int Units => Channels * Parts;

    public int UnitsOfBlock => IsWarps ? Threads / Lanes : 1;

    /// <summary>Chunks of an image, which are what a block works on at a time; those of different images share nothing.</summary>
    public int Chunks => (Units + UnitsOfBlock - 1) / UnitsOfBlock;

    /// <summary>
    /// Bytes of shared memory in which a block keeps a chunk: a place for every vector of the block's part, or of every lane.
    /// </summary>
    public int ChunkBytes => (IsWarps ? ThreadVectors * Threads : PartVectors) * Vector * 4;

    /// <summary>Floats of a whole image's loads, which do not care where channels begin.</summary>
    public int ImageVector => (long)Channels * Pixels % 4 == 0 ? 4 : 1;

    /// <summary>Bytes of an image.</summary>
    public long ImageBytes => 4L * Channels * Pixels;

    /// <summary>Whether a block may have a whole image in its shared memory, on a device that has enough.</summary>
    /// <param name="tensors">How many of that size: the input, in the backward pass the gradient too.</param>
    public bool HasImageForm(int tensors) => IsWarps && ImageFactors + tensors * ImageBytes <= MostShared;

    /// <summary>Bytes of the factors of each channel in the form for images: no more than four.</summary>
    private int ImageFactors => 4 * 4 * Channels;

    public bool HasMaximum => Gate.Squeeze is Squeeze.Max or Squeeze.MeanMaxAverage;

    public bool HasSum => Gate.Squeeze != Squeeze.Max;

    /// <summary>Partial sums, or maxima, of an image's units: two of each at most.</summary>
    public int PartialsOfImage => Units * (HasMaximum ? 2 : 1);

    // What an image leaves for the second pass and for the way back.
    public const int SqueezedAt = 0;

    public int PreactivationAt => SqueezedAt + Channels;

    public int HiddenAt => PreactivationAt + Gate.Hidden;

    public int GateInputAt => HiddenAt + Gate.Hidden;

    public int GatesAt => GateInputAt + Channels;

    public int MaximumAt => GatesAt + Channels;

    public int StateOfImage => MaximumAt + (HasMaximum ? Channels : 0);

    // What the way back finds for an image: gradients of the gate's input and of the hidden layer's, and what each pixel, or maximum, has
    // of z's.
    public const int GateInputGradientAt = 0;

    public int PreactivationGradientAt => GateInputGradientAt + Channels;

    public int PixelGradientAt => PreactivationGradientAt + Gate.Hidden;

    public int MaximumGradientAt => PixelGradientAt + Channels;

    public int ChangesOfImage => MaximumGradientAt + (HasMaximum ? Channels : 0);

    // The parameters in the order of a state_dict.
    public const int ReduceWeightsAt = 0;

    public int ReduceBiasAt => ReduceWeightsAt + Gate.Hidden * Channels;

    public int ExpandWeightsAt => ReduceBiasAt + (Gate.HasReduceBias ? Gate.Hidden : 0);

    public int ExpandBiasAt => ExpandWeightsAt + Channels * Gate.Hidden;

    public int WeightsLength => ExpandBiasAt + (Gate.HasExpandBias ? Channels : 0);
}
