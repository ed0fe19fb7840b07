namespace SeGen;

/// <summary>
/// The settings of a squeeze-and-excitation gate, shared by every attribute that declares one. "Not written" means absent from
/// the attribute's arguments, never equal to a default.
/// </summary>
public abstract class GateSettingsAttribute : Attribute
{
    /// <summary>Channels C of the tensor that is gated.</summary>
    public int Channels { get; set; }

    /// <summary>The reduction r from which <see cref="HiddenRule"/> computes the hidden width; 16 where not written.</summary>
    public int Reduction { get; set; } = 16;

    /// <summary>An explicit hidden width; where written, <see cref="Reduction"/> and <see cref="HiddenRule"/> have no say.</summary>
    public int Hidden { get; set; }

    /// <summary>How the hidden width follows from channels and reduction.</summary>
    public HiddenRule HiddenRule { get; set; }

    /// <summary>The divisor of <see cref="HiddenRule.MakeDivisible"/>; 8 where not written.</summary>
    public int Divisor { get; set; } = 8;

    /// <summary>The fraction of C / r below which <see cref="HiddenRule.MakeDivisible"/> steps up; 0.9 where not written.</summary>
    public double RoundLimit { get; set; } = 0.9;

    /// <summary>Which dense layers have a bias.</summary>
    public SEBias Bias { get; set; }

    /// <summary>How a channel's pixels become one value.</summary>
    public Squeeze Squeeze { get; set; }

    /// <summary>The activation between the dense layers.</summary>
    public Activation Activation { get; set; }

    /// <summary>The function that makes the factors.</summary>
    public Gate Gate { get; set; }

    /// <summary>Height of the module's input in pixels; where not written, with <see cref="Width"/>, any size at run time.</summary>
    public int Height { get; set; }

    /// <summary>Width of the module's input in pixels; where not written, with <see cref="Height"/>, any size at run time.</summary>
    public int Width { get; set; }

    /// <summary>The batch for which the generated buffers are sized; 1 where not written. Larger batches run in slices.</summary>
    public int MaxBatch { get; set; } = 1;

    /// <summary>
    /// How accurately convolutions are computed, in inference and in training; Fast where not written. A property of the module, like its
    /// size; a gate alone has no convolution.
    /// </summary>
    public Precision Precision { get; set; }

    /// <summary>
    /// What the module is written for; Cpu where not written. Cuda adds kernels for NVIDIA GPUs and <c>CreateCuda</c>, to gates, blocks
    /// and networks; the latter two need Height and Width. A property of the module, like its size.
    /// </summary>
    public Emit Emit { get; set; }

    /// <summary>
    /// Whether no training code is written: the assembly is a fraction of the size and compiles in half the time, and ForwardTraining
    /// throws NotSupportedException. A property of the module; a layer's training goes with its network's.
    /// </summary>
    public bool InferenceOnly { get; set; }
}
