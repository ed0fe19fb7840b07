using Spectre.Console;

namespace SeGen.Benchmarks.Peers;

/// <summary>
/// SeGen against its peers: child processes that take turns on the same input (A B C A B C), new ones for every round; results are
/// compared before anything is timed.
/// </summary>
internal sealed class PeersBenchmark(string folder, string library, int rounds, double seconds, int turns)
{
    public const string Own = "SeGen", Floor = "floor", Onnx = "ONNX Runtime", Torch = "PyTorch";

    // Float32 sums in another order; the gates saturate nothing here. A network adds up the errors of all its layers.
    private const double Tolerance = 1e-5, GradientTolerance = 1e-4, NetworkTolerance = 1e-4;

    // The norm of the difference: where a value lies at the kink of a ReLU, rounding decides which way its gradient goes.
    private const double TrainingTolerance = 1e-2;

    public IReadOnlyList<CaseResult> Run(IReadOnlyList<Case> cases)
    {
        var results = cases.SelectMany(c => new[] { 1, 2 }, (c, threads) => new CaseResult(c, threads)).ToList();
        for (int round = 0; round < rounds; round++)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]round {round + 1} of {rounds}[/]");
            bool avx2 = cases.Any(c => c.IsHeldToAvx2);
            using PeerProcess own = PeerProcess.Own(Own, folder, avx2), floor = PeerProcess.Own(Floor, folder, avx2);
            using PeerProcess onnx = PeerProcess.Own(Onnx, library + Path.PathSeparator + folder, avx2), torch = PeerProcess.Torch(folder, avx2);
            foreach (CaseResult result in results)
            {
                PeerProcess[] peers = result.Case.Training ? [own, torch, floor] : [own, onnx, torch, floor];
                RunCase(result, peers);
                AnsiConsole.MarkupLineInterpolated($"[grey]  {result.Case.Name} x{result.Threads}: {string.Join(", ", peers.Select(p => $"{p.Name} {result.Rounds[p.Name][^1]:f4} ms"))}[/]");
            }
        }

        return results;
    }

    private void RunCase(CaseResult result, PeerProcess[] peers)
    {
        foreach (PeerProcess peer in peers)
        {
            double error = peer.Load(result.Case, result.Threads), allowed = result.Case.IsTrainedNetwork ? TrainingTolerance : result.Case.Training ? GradientTolerance : result.Case.IsNetwork ? NetworkTolerance : Tolerance;
            if (!(error <= allowed))
                throw new InvalidOperationException($"{peer.Name} computes something else for {result.Case.Name}: {error:e2} of the largest value where {allowed:e0} is allowed.");
        }

        var times = peers.ToDictionary(p => p.Name, _ => new List<double>());
        for (int turn = 0; turn < turns; turn++)
        {
            foreach (PeerProcess peer in peers)
                times[peer.Name].AddRange(peer.Time(seconds));
        }

        foreach (PeerProcess peer in peers)
            result.Add(peer.Name, Statistics.Median(times[peer.Name]));
    }
}
