namespace SeGen;

/// <summary>
/// Whose names the tensors of a checkpoint carry. It translates the names inside a block; the names of layers are written in the
/// declaration as the file has them.
/// </summary>
public enum Naming
{
    /// <summary>SeGen's own: fc1, fc2.</summary>
    SeGen,

    /// <summary>linear1, linear2.</summary>
    Linear,

    /// <summary>sequence.2, sequence.4: an nn.Sequential of pool, flatten, linear, relu, linear, sigmoid.</summary>
    Sequential,

    /// <summary>gate_1, gate_2.</summary>
    Gates,

    /// <summary>excitation.0, excitation.2.</summary>
    Excitation,

    /// <summary>timm's SEModule: fc1, fc2 (1x1 convolutions).</summary>
    Timm,

    /// <summary>timm's legacy SENet: fc1, fc2, in a block under se_module.</summary>
    TimmLegacy,

    /// <summary>torchvision's SqueezeExcitation: fc1, fc2 (1x1 convolutions).</summary>
    TorchVision,

    /// <summary>senet.pytorch: fc.0, fc.2.</summary>
    SENetPyTorch,
}
