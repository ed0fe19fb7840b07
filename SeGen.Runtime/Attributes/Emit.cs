// One source for two assemblies: users write these values, the generator reads them and cannot reference the runtime.
#if SEGEN_GENERATOR
namespace SeGen.Generator.Model;
#else
namespace SeGen;
#endif

/// <summary>What a module is written for.</summary>
public enum Emit
{
    /// <summary>The CPU: C# with SIMD.</summary>
    Cpu,

    /// <summary>
    /// The CPU, and NVIDIA GPUs too: the module has CreateCuda, and its kernels stand as PTX in a generated file (docs/gpu.md).
    /// </summary>
    Cuda,
}
