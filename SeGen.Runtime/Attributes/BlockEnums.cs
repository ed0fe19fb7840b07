// One source for two assemblies: users write these values, the generator reads them and cannot reference the runtime.
#if SEGEN_GENERATOR
namespace SeGen.Generator.Model;
#else
namespace SeGen;
#endif

/// <summary>What the branch of a residual block consists of.</summary>
public enum ResidualBody
{
    /// <summary>conv 3x3, batch norm, relu, conv 3x3, batch norm (He et al. 2015, for ResNet-18 and -34).</summary>
    Basic,

    /// <summary>conv 1x1, 3x3, 1x1, each with batch norm; the stride is in the 3x3 (torchvision's ResNet-50, ResNeXt).</summary>
    Bottleneck,

    /// <summary>The same with the stride in the first 1x1 (the original ResNet-50 and SENet).</summary>
    BottleneckStrideIn1x1,

    /// <summary>conv 1x1, grouped 3x3, gate, conv 1x1, all on the block's output channels (Radosavovic et al. 2020).</summary>
    RegNetY,

    /// <summary>One conv 3x3 with bias; no relu after the addition.</summary>
    Conv,

    /// <summary>The gate alone, around which the shortcut goes; no relu after the addition.</summary>
    Identity,
}

/// <summary>Where the gate of a residual block stands (Hu et al. 2018, section 6.5).</summary>
public enum SEPlacement
{
    /// <summary>
    /// On the branch, after its last batch norm (RegNetY: after the relu of its 3x3; InvertedResidual: after the depthwise convolution).
    /// </summary>
    Standard,

    /// <summary>On the branch alone, before its first convolution.</summary>
    Pre,

    /// <summary>On the sum, after the relu.</summary>
    Post,

    /// <summary>On the shortcut, after its projection.</summary>
    Identity,

    /// <summary>After the batch norm and relu of the 3x3 (Basic: of the first one).</summary>
    InnerConv,

    /// <summary>No gate: a plain block.</summary>
    None,
}

/// <summary>What is added to the branch of a residual block.</summary>
public enum Shortcut
{
    /// <summary>The input where the shape stays, else a projection.</summary>
    Auto,

    /// <summary>The input; an error where the shape changes.</summary>
    Identity,

    /// <summary>A 1x1 convolution with the block's stride, and batch norm.</summary>
    Projection,

    /// <summary>Nothing.</summary>
    None,
}
