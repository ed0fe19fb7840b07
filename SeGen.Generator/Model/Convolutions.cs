namespace SeGen.Generator.Model;

/// <summary>Which ways of computing a convolution may be chosen.</summary>
internal enum Convolutions
{
    /// <summary>The fastest.</summary>
    Fast,

    /// <summary>The fastest of those that are about as accurate as the direct form.</summary>
    Strict,

    /// <summary>The direct form.</summary>
    Direct,

    /// <summary>F(2x2, 3x3) where it is possible.</summary>
    Winograd2,

    /// <summary>F(4x4, 3x3) where it is possible.</summary>
    Winograd4,
}
