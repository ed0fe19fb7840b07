using System.Globalization;
using SeGen.Benchmarks.Peers;
using SeGen.Sample.Models;
using Spectre.Console;

namespace SeGen.Benchmarks.Startup;

/// <summary>
/// The time from the start of a process to the first result of an SE-ResNet-18 whose weights lie in a file, in each form in which a program can
/// be published, and what it takes on disk; beside ONNX Runtime, whose time counts from the loading of its library.
/// </summary>
internal static class StartupBenchmark
{
    public const string Network = nameof(SEResNet18);

    private const string OnnxRuntime = "ONNX Runtime";

    private static readonly string[] Columns = ["form", "needs", "threads", "bytes on disk", "first result, ms", "weights read", "packed", "first forward", "a later one", "methods by JIT", "JIT, ms"];

    public static void Run(string folder, string project, int rounds, string? document)
    {
        PeerFiles.Prepare(folder, [Case.Named(Network)]);
        Dictionary<string, string> programs = StartupForm.All.ToDictionary(f => f.Name, f => f.Publish(project, folder));
        string[] files = [Path.Combine(folder, $"{Network}.weights.safetensors"), Path.Combine(folder, $"{Network}.input.bin")];
        var rows = new List<string[]>();
        foreach (int threads in new[] { 1, 2 })
        {
            var runs = StartupForm.All.ToDictionary(f => f.Name, _ => new List<StartupRun>());
            var onnx = new List<double>();
            for (int round = 0; round < rounds; round++)
            {
                foreach (StartupForm form in StartupForm.All)
                    runs[form.Name].Add(StartupRun.Of(programs[form.Name], files, threads));

                onnx.Add(double.Parse(ChildProcess.Output(Environment.ProcessPath!, "serve-start", folder, $"{threads}").Trim(), CultureInfo.InvariantCulture));
            }

            if (runs.Values.SelectMany(r => r).Select(r => r.Class).Distinct().Count() != 1)
                throw new InvalidOperationException("The forms do not agree on the class of the image.");

            foreach (StartupForm form in StartupForm.All)
                rows.Add([form.Name, form.Needs, $"{threads}", Bytes(Path.GetDirectoryName(programs[form.Name])!), .. StartupRun.Medians(runs[form.Name])]);

            rows.Add([OnnxRuntime, "a program that calls it", $"{threads}", Bytes(PeerFiles.Library(folder)), Statistics.Median(onnx).ToString("f0", CultureInfo.InvariantCulture), "", "", "", "", "", ""]);
        }

        Print(rows, [.. ChildProcess.Output(programs[StartupForm.All[0].Name], [.. files, "1", "--jit"]).Split('\n').Skip(3)]);
        if (document is not null)
            PerformanceDocument.Write(document, "startup", rounds, Markdown(rows));
    }

    private static void Print(List<string[]> rows, string[] longest)
    {
        var table = new Table().AddColumns(Columns);
        rows.ForEach(r => table.AddRow([.. r.Select(Markup.Escape)]));
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine("The methods that took the JIT longest, in milliseconds:");
        foreach (string line in longest.Where(l => l.Length > 0))
            AnsiConsole.MarkupLineInterpolated($"  {line}");
    }

    private static string Markdown(List<string[]> rows)
        => string.Join('\n', rows.Select(r => $"| {string.Join(" | ", r)} |").Prepend($"|{string.Concat(Columns.Select(_ => " --- |"))}").Prepend($"| {string.Join(" | ", Columns)} |"));

    /// <summary>The length of a file or, without symbols and documentation, of a folder.</summary>
    private static string Bytes(string path)
    {
        long bytes = File.Exists(path)
            ? new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Length
            : new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.Extension is not (".pdb" or ".dbg" or ".xml")).Sum(f => f.Length);
        return bytes.ToString("n0", CultureInfo.InvariantCulture);
    }
}
