using System.Globalization;
using SeGen.Benchmarks.Peers;

namespace SeGen.Benchmarks.Startup;

/// <summary>One run of the program.</summary>
/// <param name="First">Milliseconds from the start of the process to the line that says the class.</param>
/// <param name="Class">That line.</param>
/// <param name="Parts">Milliseconds of reading, packing, the first result and a later one.</param>
/// <param name="Methods">Methods that the JIT compiled.</param>
/// <param name="Jit">Milliseconds that it took.</param>
internal sealed record StartupRun(double First, string Class, double[] Parts, double Methods, double Jit)
{
    public static StartupRun Of(string program, string[] files, int threads)
    {
        (string text, TimeSpan first) = ChildProcess.TimedOutput(program, [.. files, $"{threads}"]);
        string[] lines = text.Split('\n');
        double[] jit = Numbers(lines[2]);
        return new StartupRun(first.TotalMilliseconds, lines[0], Numbers(lines[1]), jit[0], jit[1]);
    }

    public static IEnumerable<string> Medians(IReadOnlyList<StartupRun> runs) =>
    [
        Text(runs.Select(r => r.First), "f0"),
        .. Enumerable.Range(0, 4).Select(part => Text(runs.Select(r => r.Parts[part]), part == 3 ? "f1" : "f0")),
        Text(runs.Select(r => r.Methods), "f0"),
        Text(runs.Select(r => r.Jit), "f0"),
    ];

    private static double[] Numbers(string line) => [.. line.Split(' ').Select(w => double.Parse(w, CultureInfo.InvariantCulture))];

    private static string Text(IEnumerable<double> values, string format) => Statistics.Median(values).ToString(format, CultureInfo.InvariantCulture);
}
