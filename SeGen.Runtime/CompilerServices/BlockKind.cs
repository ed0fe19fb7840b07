// One source for two assemblies: the generator writes these values, and the runtime translates names by them.
#if SEGEN_GENERATOR
namespace SeGen.Generator.Model;
#else
namespace SeGen;
#endif

/// <summary>The kinds of block whose inside a naming translates.</summary>
[System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
public enum BlockKind
{
    /// <summary>No block: the name is the layer's own.</summary>
    None,

    /// <summary>A squeeze-and-excitation gate that is a module or a layer of its own: fc1, fc2.</summary>
    Gate,

    /// <summary>A residual block: conv1, bn1 and so on, downsample.0 and .1, se.fc1, se.fc2.</summary>
    Residual,

    /// <summary>A residual block of one convolution: conv, fc1, fc2.</summary>
    ConvGate,

    /// <summary>RegNet's block, with the names of a residual one.</summary>
    RegNetY,

    /// <summary>An inverted residual block: expand, depthwise, se, project, with batch norms.</summary>
    Inverted,

    /// <summary>An inverted residual block without expansion.</summary>
    InvertedWithoutExpansion,

    /// <summary>An inverted residual block without a gate.</summary>
    InvertedWithoutGate,

    /// <summary>An inverted residual block of the depthwise convolution and the projection alone.</summary>
    InvertedWithoutBoth,
}
