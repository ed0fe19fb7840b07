using System.Globalization;

namespace SeGen.Cuda;

/// <summary>What the environment asks for, for looking for faults (docs/gpu.md).</summary>
internal static class GpuSettings
{
    /// <summary>SEGEN_GPU_SYNC=1: every launch is waited for, so that a kernel that fails is named.</summary>
    public static bool IsSynchronous { get; set; } = Environment.GetEnvironmentVariable("SEGEN_GPU_SYNC") == "1";

    /// <summary>SEGEN_GPU_TF32=0: convolutions are fp32 products where tensor cores would multiply in TF32.</summary>
    public static bool TensorCores { get; set; } = Environment.GetEnvironmentVariable("SEGEN_GPU_TF32") != "0";

    /// <summary>SEGEN_GPU_JIT_OPT=0 to 4: how much the driver's compiler optimises; null for its own choice.</summary>
    public static int? OptimizationLevel { get; } =
        int.TryParse(
            Environment.GetEnvironmentVariable("SEGEN_GPU_JIT_OPT"), NumberStyles.None, CultureInfo.InvariantCulture,
            out int level) && level <= 4
            ? level
            : null;

    /// <summary>
    /// SEGEN_GPU_FORM=portable, group or image: a form of kernels instead of the one that would be chosen, where a shape has it.
    /// </summary>
    public static string? Form { get; set; } = Environment.GetEnvironmentVariable("SEGEN_GPU_FORM");
}
