using System.Runtime.InteropServices;

namespace SeGen.Tests.Numerics;

/// <summary>
/// That the knobs with which the numeric tests are run again do what they are for: without this a misspelt one (DOTNET_EnableAVX512F is
/// ignored) would test the widest vectors four times.
/// </summary>
[Trait("Category", "Numeric")]
public class VectorWidthTests
{
    private static readonly (string Knob, int Widest)[] Knobs = [("EnableAVX512", 256), ("EnableAVX2", 128), ("EnableHWIntrinsic", 32)];

    [Fact]
    public void The_width_is_what_the_processor_has_and_the_knobs_leave_of_it()
    {
        int expected = Processor();
        foreach ((string knob, int widest) in Knobs)
        {
            if (Environment.GetEnvironmentVariable($"DOTNET_{knob}") == "0")
                expected = Math.Min(expected, widest);
        }

        Assert.Equal(expected, SeGenInfo.VectorWidth);
        Assert.Contains(expected == 32 ? "scalar code" : $"{expected}-bit vectors", SeGenInfo.Summary, StringComparison.Ordinal);
    }

    // Asked of the operating system: the runtime's own word is what is tested.
    private static int Processor()
    {
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
            return 128;

        const string File = "/proc/cpuinfo";
        if (!System.IO.File.Exists(File))
            return SeGenInfo.VectorWidth;

        string[] flags = System.IO.File.ReadLines(File).First(l => l.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        return new[] { "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl" }.All(flags.Contains) ? 512 : flags.Contains("avx2") ? 256 : 128;
    }
}
