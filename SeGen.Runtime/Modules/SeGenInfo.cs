using System.Runtime.Intrinsics;

namespace SeGen;

/// <summary>What SeGen found on this machine: the first thing to look at when something is slower than expected.</summary>
public static class SeGenInfo
{
    /// <summary>The version of this library.</summary>
    public static string Version => BuildVersion.Text;

    /// <summary>
    /// Bits of the vectors that generated code uses: 512, 256, 128, or 32 for plain scalar code. A NativeAOT program for x64 has what
    /// SeGenAotInstructionSet chose when it was published, 256 by default (docs/aot.md).
    /// </summary>
    public static int VectorWidth =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 32;

    /// <summary>
    /// Whether modules can run on a GPU, as a sentence: its name, or what is missing. The driver is asked once, when this is read first.
    /// </summary>
    public static string Gpu => GpuRuntime.StatusText;

    /// <summary>One line for logs: "SeGen 0.1.0, 512-bit vectors, 2 threads".</summary>
    public static string Summary
        => $"SeGen {Version}, {(VectorWidth == 32 ? "scalar code" : $"{VectorWidth}-bit vectors")}, {SeGenThreads.Degree} threads";
}
