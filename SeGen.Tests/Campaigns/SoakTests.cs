using System.Diagnostics;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Numerics;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Campaigns;

/// <summary>Half an hour of everything at once: memory stays where it is after the first minutes.</summary>
[Collection(nameof(Alone))]
[Trait("Category", "Campaign")]
public class SoakTests(ITestOutputHelper log)
{
    private const double Minutes = 30, Settled = 10, Megabytes = 5;

    [CampaignFact]
    public void Memory_is_flat_over_the_last_twenty_of_thirty_minutes()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("weights.safetensors");
        var net = new TinyNet(1);
        var gate = new LoadedGate(1);
        var optimizer = new SgdOptimizer(net.Parameters, 1e-6f, 0.9f);
        float[] x = RandomTensor.Normal(2 * TinyNet.InputLength, 1), y = new float[2 * TinyNet.OutputLength];
        float[] gx = RandomTensor.Normal(5 * LoadedGate.InputLength, 2), gy = new float[gx.Length];
        var clock = Stopwatch.StartNew();
        var samples = new List<(double Minute, double Megabytes)>();
        long rounds = 0;
        using Process process = Process.GetCurrentProcess();
        while (clock.Elapsed.TotalMinutes < Minutes)
        {
            for (int i = 0; i < 200; i++, rounds++)
            {
                net.Parameters.ZeroGradients();
                net.ForwardTraining(x, y);
                net.Backward(y, []);
                optimizer.Step();
                net.Forward(x, y);
                gate.Forward(gx, gy);
            }

            gate.SaveWeights(path);
            gate.LoadWeights(path);
            _ = LoadedGate.Load(path, release: true);
            if (samples.Count == 0 || clock.Elapsed.TotalMinutes - samples[^1].Minute > 0.25)
            {
                // What a collection would free is no leak, nor what the collector keeps for later; what is left without both is.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                process.Refresh();
                samples.Add((clock.Elapsed.TotalMinutes, process.WorkingSet64 / 1e6));
            }
        }

        double[] settled = [.. samples.Where(s => s.Minute >= Settled).Select(s => s.Megabytes)];
        log.WriteLine($"{rounds:N0} rounds; from minute {Settled} on {settled.Min():f1} to {settled.Max():f1} MB");
        log.WriteLine(string.Join(' ', samples.Select(s => $"{s.Megabytes:f1}")));
        Assert.InRange(settled.Max() - settled.Min(), 0, Megabytes);
    }
}
