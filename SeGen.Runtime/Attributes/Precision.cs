// One source for two assemblies: users write these values, the generator reads them and cannot reference the runtime.
#if SEGEN_GENERATOR
namespace SeGen.Generator.Model;
#else
namespace SeGen;
#endif

/// <summary>What convolutions may be computed with; docs/performance.md has the errors of both against double precision.</summary>
public enum Precision
{
    /// <summary>
    /// The fastest: Winograd's F(4x4, 3x3) too, where the rounding errors of one convolution are two to three times those of a direct one;
    /// on a GPU TF32 on tensor cores.
    /// </summary>
    Fast,

    /// <summary>Direct, or by Winograd's F(2x2, 3x3), whose rounding errors are those of a direct convolution; on a GPU fp32.</summary>
    Strict,
}
