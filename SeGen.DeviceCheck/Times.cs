namespace SeGen.DeviceCheck;

/// <summary>Times every case, SeGen's calls and PyTorch's in turns.</summary>
internal static class Times
{
    private const int Rounds = 5, CallsOfRound = 10;

    private static readonly string[] Ways = ["eager", "graph", "compile"];

    /// <summary>Runs all of them.</summary>
    /// <param name="own">The device's clock.</param>
    /// <param name="torch">PyTorch; null where there is none.</param>
    /// <param name="bandwidth">Of a copy, in bytes a second.</param>
    public static IEnumerable<TimeResult> Run(OwnTimes own, TorchTimes? torch, double bandwidth)
    {
        foreach (GateCase one in GateCase.Timed)
        {
            (_, GpuModule gpu) = one.Create();
            using GpuBuffer x = gpu.Allocate(one.Length), y = gpu.Allocate(one.Length), dy = gpu.Allocate(one.Length), dx = gpu.Allocate(one.Length);
            using (gpu)
            {
                float[] values = [.. Enumerable.Range(0, one.Length).Select(i => i % 97 / 50f - 1)];
                x.CopyFrom(values);
                dy.CopyFrom(values);
                foreach (bool isBackward in new[] { false, true })
                {
                    string remark = torch?.Load(one, isBackward) ?? "no PyTorch";
                    if (torch is { HasEnded: true })
                        remark = "PyTorch has ended";

                    Action call = isBackward ? () => Step(gpu, x, y, dy, dx) : () => gpu.Forward(x, y);
                    foreach (bool isCold in new[] { true, false })
                        yield return Time(one, isBackward, isCold, own, call, torch, bandwidth, remark, gpu);
                }
            }
        }
    }

    private static void Step(GpuModule gpu, GpuBuffer x, GpuBuffer y, GpuBuffer dy, GpuBuffer dx)
    {
        gpu.ForwardTraining(x, y);
        gpu.Backward(dy, dx);
    }

    private static TimeResult Time(GateCase one, bool isBackward, bool isCold, OwnTimes own, Action call, TorchTimes? torch, double bandwidth, string remark, GpuModule gpu)
    {
        var ours = new List<double>();
        var theirs = Ways.ToDictionary(way => way, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            ours.AddRange(own.Times(call, isCold, CallsOfRound));
            foreach (string way in Ways)
                theirs[way].AddRange(torch?.Times(way, isCold, CallsOfRound) ?? []);
        }

        // Forward reads x and writes y; the way back reads x and dy and writes dx.
        double floor = (isBackward ? 5 : 2) * (double)one.Length * sizeof(float) / bandwidth * 1e6;
        return new TimeResult(
            one.Name, isBackward ? "forward and backward" : "forward", isCold ? "cold" : "warm", gpu.Form, OwnTimes.Median([.. ours]), floor,
            Median(theirs["eager"]), Median(theirs["graph"]), Median(theirs["compile"]), remark);
    }

    private static double? Median(List<double> times) => times.Count == 0 ? null : OwnTimes.Median([.. times]);
}
