namespace SeGen;

/// <summary>The type in which weights are saved; they are computed with as floats of 32 bits whatever it was.</summary>
public enum WeightType
{
    /// <summary>Single precision: what the module has, bit for bit.</summary>
    F32,

    /// <summary>
    /// Half precision, IEEE 754 binary16: 11 bits of precision up to 65,504. A finite value beyond that is refused, not made infinite.
    /// </summary>
    F16,

    /// <summary>bfloat16: the range of F32 with 8 bits of precision.</summary>
    BF16,
}
