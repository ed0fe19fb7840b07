// One source for two assemblies: users write these values, the generator reads them and cannot reference the runtime.
#if SEGEN_GENERATOR
namespace SeGen.Generator.Model;
#else
namespace SeGen;
#endif

/// <summary>How the hidden width of a gate follows from its channels C and its reduction r.</summary>
public enum HiddenRule
{
    /// <summary>C / r rounded down; an error where that is 0.</summary>
    Floor,

    /// <summary>C / r rounded down; where that is 0 the gate is the constant gate(bias), as PyTorch computes it.</summary>
    FloorAllowZero,

    /// <summary>C / r rounded down, and at least 1.</summary>
    AtLeastOne,

    /// <summary>C / r rounded down where C &gt; r; else C / 2, or 1 for a single channel.</summary>
    HalfIfSmall,

    /// <summary>C / r rounded to the nearest integer, halves to the even one, as Python's round does (torchvision's RegNetY).</summary>
    RoundHalfEven,

    /// <summary>The multiple of Divisor nearest to C / r, one step up where that is below RoundLimit of it (MobileNetV3, timm).</summary>
    MakeDivisible,
}

/// <summary>Which of the two dense layers of a gate have a bias.</summary>
public enum SEBias
{
    /// <summary>Both layers.</summary>
    Both,

    /// <summary>Neither layer.</summary>
    None,

    /// <summary>Only the second layer, which expands.</summary>
    SecondOnly,

    /// <summary>Only the first layer, which reduces.</summary>
    FirstOnly,
}

/// <summary>How a channel's pixels become the one value that describes it.</summary>
public enum Squeeze
{
    /// <summary>The mean over height and width (Hu et al. 2018, equation 2).</summary>
    Mean,

    /// <summary>The sum divided by H + W: a known slip of a published implementation, for weights trained with it.</summary>
    SumOverHPlusW,

    /// <summary>The maximum; ties share its gradient evenly.</summary>
    Max,

    /// <summary>Half the mean plus half the maximum.</summary>
    MeanMaxAverage,
}

/// <summary>The activation between the two dense layers of a gate.</summary>
public enum Activation
{
    /// <summary>max(0, v).</summary>
    ReLU,

    /// <summary>min(max(0, v), 6).</summary>
    ReLU6,

    /// <summary>v * sigmoid(v), also known as swish.</summary>
    SiLU,

    /// <summary>v * hard_sigmoid(v).</summary>
    HardSwish,

    /// <summary>v itself.</summary>
    Identity,
}

/// <summary>The function that turns the second dense layer's output into factors between 0 and 1.</summary>
public enum Gate
{
    /// <summary>1 / (1 + exp(-v)).</summary>
    Sigmoid,

    /// <summary>min(max(v / 6 + 1/2, 0), 1).</summary>
    HardSigmoid,
}
