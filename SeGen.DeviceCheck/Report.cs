using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SeGen.DeviceCheck;

/// <summary>Everything that a run has found.</summary>
/// <param name="Device">The GPU and what its driver supports.</param>
/// <param name="SeGen">SeGen's version.</param>
/// <param name="PyTorch">PyTorch's, or why it was not run.</param>
/// <param name="CopyBandwidth">Bytes a second that a copy on the device reads and writes; 0 where nothing was timed.</param>
/// <param name="Numerics">Every form against the CPU.</param>
/// <param name="Networks">Networks against the CPU.</param>
/// <param name="Times">Every case, cold and warm.</param>
/// <param name="Accuracies">Trainings on the device.</param>
internal sealed record Report(string Device, string SeGen, string PyTorch, double CopyBandwidth, NumericResult[] Numerics, NetworkResult[] Networks, TimeResult[] Times, AccuracyResult[] Accuracies)
{
    public void Save(string path)
    {
        // Whole or not at all: a machine may be taken back while it is written.
        File.WriteAllText(path + ".part", JsonSerializer.Serialize(this, ReportJson.Default.Report));
        File.Move(path + ".part", path, overwrite: true);
    }

    public static void Print(NumericResult result)
        => Line($"{(result.IsRight ? "right" : "WRONG"),-6} {result.Case,-24} {result.Form,-52} y {result.Output:e1}  dx {result.InputGradient:e1}  dw {result.ParameterGradients:e1}{(result.IsSame ? "" : "  other bits in another run or form")}");

    public static void Print(NetworkResult result)
        => Line($"{(result.IsRight ? "right" : "WRONG"),-6} {result.Case,-24} {result.Products,-52} y {result.Inference:e1}  training {result.Training:e1}  dw {result.Gradients:e1}  steps {result.Steps:e1}{(result.IsSame ? "" : "  other bits in another run")}");

    public static void PrintTimesHead()
        => Line($"{"us",-52} {"",-21} {"",-5} {"SeGen",9} {"floor",9} {"eager",9} {"graph",9} {"ch. last",9} {"compile",9}   eager, graph, channels last, compile / SeGen; SeGen / floor; what ran");

    public static void Print(TimeResult t)
        => Line($"{t.Case,-52} {$"{t.What} {t.Products}",-21} {t.Temperature,-5} {t.Own,9:f1} {Shown(t.Floor),9} {Shown(t.Eager),9} {Shown(t.Graph),9} {Shown(t.ChannelsLast),9} {Shown(t.Compile),9}   {Ratio(t.Eager, t.Own)} {Ratio(t.Graph, t.Own)} {Ratio(t.ChannelsLast, t.Own)} {Ratio(t.Compile, t.Own)}; {(t.Floor is { } floor ? Ratio(t.Own, floor) : "-")}; {t.Form}{(t.TeraFlops is { } flops ? FormattableString.Invariant($", {flops:f1} TFLOP/s") : "")}{(t.Remark is "ready" ? "" : $" ({t.Remark})")}");

    public static void Print(AccuracyResult a)
        => Line($"{(a.IsRight ? "right" : "WRONG"),-6} accuracy {a.Accuracy:p2}, loss {a.Loss:f4}, of {a.Network} after {a.Epochs} epochs of {a.Data} on the GPU in {a.Products}, seed {a.Seed}; trained in {a.Seconds:f1} s; the same weights on the CPU {a.OnCpu:p2}");

    private static string Shown(double? time) => time?.ToString("f1", CultureInfo.InvariantCulture) ?? "-";

    private static string Ratio(double? a, double b) => a is { } value ? (value / b).ToString("f2", CultureInfo.InvariantCulture) : "-";

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
