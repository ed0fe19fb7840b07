using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SeGen.Tests.Ptx;

/// <summary>NVIDIA's assembler, which is what the driver's compiler is made of too; .ci/ptxas fetches it and SEGEN_PTXAS says where it is.</summary>
internal static partial class Ptxas
{
    /// <summary>Where it is, or null.</summary>
    public static string? Path { get; } = Environment.GetEnvironmentVariable("SEGEN_PTXAS") is { Length: > 0 } path && File.Exists(path) ? path : null;

    /// <summary>Assembles a module.</summary>
    /// <param name="ptx">Its text.</param>
    /// <param name="architecture">90 for sm_90.</param>
    /// <returns>What each kernel needs of a thread.</returns>
    public static IReadOnlyList<Usage> Assemble(string ptx, int architecture)
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, ptx);
            var start = new ProcessStartInfo(Path!, ["-v", $"-arch=sm_{architecture}", file, "-o", OperatingSystem.IsWindows() ? "nul" : "/dev/null"]) { RedirectStandardError = true, RedirectStandardOutput = true };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string said = process.StandardError.ReadToEnd() + output.Result;
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, said);
            return [.. Kernel().Matches(said).Select(m => new Usage(m.Groups[1].Value, Number(m, 4), Number(m, 2) + Number(m, 3)))];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Compiling entry function '(\w+)'[^\n]*\n.*?(\d+) bytes spill stores, (\d+) bytes spill loads\s*\n.*?Used (\d+) registers", RegexOptions.Singleline)]
    private static partial Regex Kernel();

    /// <summary>What a kernel needs.</summary>
    /// <param name="Kernel">Its name.</param>
    /// <param name="Registers">Registers of a thread.</param>
    /// <param name="Spilled">Bytes that did not fit them, written and read.</param>
    public sealed record Usage(string Kernel, int Registers, int Spilled);
}

/// <summary>A test that needs ptxas, and is skipped where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PtxasTheoryAttribute : TheoryAttribute
{
    public PtxasTheoryAttribute()
    {
        if (Ptxas.Path is null)
            Skip = "NVIDIA's assembler is not here: .ci/ptxas FOLDER fetches it, and SEGEN_PTXAS=FOLDER/ptxas names it.";
    }
}
