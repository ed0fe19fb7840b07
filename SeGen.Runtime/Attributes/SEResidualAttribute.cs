namespace SeGen;

/// <summary>
/// A residual block with a squeeze-and-excitation gate: y = relu(gate(branch(x)) + shortcut(x)). Alone on a class it is a module, as a
/// layer of a network a stage of one or more blocks. The settings of the gate can stand here or in an <see cref="SEBlockAttribute"/>
/// beside it.
/// </summary>
/// <remarks>He, Zhang, Ren, Sun: Deep Residual Learning (2015), https://arxiv.org/abs/1512.03385; Hu et al. 2018 for the gate.</remarks>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SEResidualAttribute : GateLayerAttribute
{
    /// <summary>A block whose settings are all written by name.</summary>
    public SEResidualAttribute()
    {
    }

    /// <summary>A block with the given output channels.</summary>
    /// <param name="channels">Channels of the output, at least 1.</param>
    public SEResidualAttribute(int channels) => Channels = channels;

    /// <summary>Channels of the input; those of the layer before, or of the output, where not written.</summary>
    public int InChannels { get; set; }

    /// <summary>The stride; 1 where not written. Of several blocks the first one has it.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>How many blocks follow each other. Written, even as 1, their keys are Name.0, Name.1 and so on.</summary>
    public int Blocks { get; set; } = 1;

    /// <summary>What the branch consists of.</summary>
    public ResidualBody Body { get; set; }

    /// <summary>Groups of the 3x3 convolution; 1 where not written.</summary>
    public int Groups { get; set; } = 1;

    /// <summary>Width of a bottleneck of 64 planes, for each group; 64 where not written.</summary>
    public int BaseWidth { get; set; } = 64;

    /// <summary>Where the gate stands.</summary>
    public SEPlacement Placement { get; set; }

    /// <summary>What is added to the branch.</summary>
    public Shortcut Shortcut { get; set; }

    /// <summary>What batch norm adds to the variance; 1e-5 where not written.</summary>
    public double Epsilon { get; set; } = 1e-5;

    /// <summary>The weight of a new batch in the running statistics; 0.1 where not written.</summary>
    public double Momentum { get; set; } = 0.1;

    /// <summary>Whether the scale of the branch's last batch norm starts at 0, so that a new block is its shortcut.</summary>
    public bool ZeroInitLast { get; set; }
}
