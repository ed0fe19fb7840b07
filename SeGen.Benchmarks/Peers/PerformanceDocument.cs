using System.Globalization;
using System.Runtime.InteropServices;

namespace SeGen.Benchmarks.Peers;

/// <summary>The tables of docs/performance.md: each stands between two comments, and a run writes its own anew.</summary>
internal static class PerformanceDocument
{
    /// <summary>Writes one table.</summary>
    /// <param name="path">The document.</param>
    /// <param name="name">What stands in the comments: "peers gates", "startup".</param>
    /// <param name="rounds">Rounds that were measured.</param>
    /// <param name="table">The table in Markdown.</param>
    public static void Write(string path, string name, int rounds, string table)
    {
        string begin = $"<!-- {name} -->", end = $"<!-- end of {name} -->", text = File.ReadAllText(path);
        int from = text.IndexOf(begin, StringComparison.Ordinal), to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
            throw new InvalidOperationException($"{path} has no place for the table: \"{begin}\" and \"{end}\".");

        File.WriteAllText(path, $"{text[..from]}{begin}\n{About(rounds)}\n\n{table}\n{text[to..]}");
    }

    private static string About(int rounds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTime.UtcNow:yyyy-MM-dd}, {rounds} rounds: {Processor()}, {Environment.ProcessorCount} processors, {SeGenInfo.VectorWidth}-bit vectors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, SeGen {SeGenInfo.Version}.");

    private static string Processor()
    {
        const string File = "/proc/cpuinfo", Key = "model name";
        string? line = System.IO.File.Exists(File) ? System.IO.File.ReadLines(File).FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
