using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Spectre.Console;

namespace SeGen.Benchmarks.Peers;

/// <summary>The results as a table for the terminal, as Markdown for the documentation, and as JSON.</summary>
internal static class PeersReport
{
    private static readonly string[] Columns =
        ["case", "threads", "SeGen ms", "ONNX Runtime ms", "PyTorch ms", "ratio (quartiles)", "least", "floor ms", "of the floor", "as computed"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Print(IReadOnlyList<CaseResult> results)
    {
        var table = new Table().Title($"{SeGenInfo.Summary}, {RuntimeInformation.FrameworkDescription}");
        foreach (string column in Columns)
            table.AddColumn(column);

        foreach (CaseResult result in results)
            table.AddRow([.. Row(result).Select(Markup.Escape)]);

        AnsiConsole.Write(table);
    }

    public static string Markdown(IReadOnlyList<CaseResult> results)
    {
        var lines = new List<string> { $"| {string.Join(" | ", Columns)} |", $"|{string.Concat(Columns.Select(_ => " --- |"))}" };
        lines.AddRange(results.Select(r => $"| {string.Join(" | ", Row(r))} |"));
        return string.Join('\n', lines);
    }

    public static string Json(IReadOnlyList<CaseResult> results) => JsonSerializer.Serialize(
        new
        {
            SeGen = SeGenInfo.Version,
            Runtime = RuntimeInformation.FrameworkDescription,
            SeGenInfo.VectorWidth,
            Processors = Environment.ProcessorCount,
            Cases = results.Select(r => new
            {
                r.Case.Name,
                r.Threads,
                MillisecondsByRound = r.Rounds,
                Ratio = Statistics.Median(r.Ratios),
                LowerQuartile = Statistics.Quantile(r.Ratios, 0.25),
                UpperQuartile = Statistics.Quantile(r.Ratios, 0.75),
                r.Least,
                Reached = Reached(r),
                OfFloor = Statistics.Median(r.OfFloor),
            }),
        },
        Indented);

    public static bool? Reached(CaseResult result) => result.Least is { } least ? Statistics.Quantile(result.Ratios, 0.25) >= least : null;

    private static string[] Row(CaseResult r) =>
    [
        r.Case.Name,
        r.Threads.ToString(CultureInfo.InvariantCulture),
        Spread(r, PeersBenchmark.Own),
        Spread(r, PeersBenchmark.Onnx),
        Spread(r, PeersBenchmark.Torch),
        string.Create(CultureInfo.InvariantCulture, $"{Statistics.Median(r.Ratios):f2} ({Statistics.Quantile(r.Ratios, 0.25):f2} to {Statistics.Quantile(r.Ratios, 0.75):f2})"),
        r.Least is { } least ? string.Create(CultureInfo.InvariantCulture, $"{least:f2} {(Reached(r) == true ? "reached" : "MISSED")}") : "-",
        r.Case is { IsGate: true, Training: true } ? "-" : Milliseconds(r.Milliseconds(PeersBenchmark.Floor)),
        r.Case is { IsGate: true, Training: true } ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Statistics.Median(r.OfFloor):p0}"),
        r.Case.IsGate ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Statistics.Median(r.OfFloor) * r.ComputedShare:p0}"),
    ];

    private static string Spread(CaseResult result, string peer)
    {
        if (!result.Rounds.TryGetValue(peer, out List<double>? rounds))
            return "-";

        return $"{Milliseconds(Statistics.Median(rounds))} ({Milliseconds(rounds.Min())} to {Milliseconds(rounds.Max())})";
    }

    private static string Milliseconds(double time) => time.ToString(time < 0.1 ? "f4" : time < 1 ? "f3" : "f2", CultureInfo.InvariantCulture);
}
