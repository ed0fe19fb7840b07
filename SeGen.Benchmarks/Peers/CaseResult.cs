namespace SeGen.Benchmarks.Peers;

/// <summary>The medians of all rounds for a case and a number of threads.</summary>
internal sealed class CaseResult(Case what, int threads)
{
    public Case Case => what;

    public int Threads => threads;

    /// <summary>Milliseconds by peer, one for each round.</summary>
    public Dictionary<string, List<double>> Rounds { get; } = [];

    /// <summary>The peers that ratios are taken of.</summary>
    public IEnumerable<string> Peers => Rounds.Keys.Where(p => p is not (PeersBenchmark.Own or PeersBenchmark.Floor) && !(p == PeersBenchmark.Onnx && what.IsHeldToAvx2));

    /// <summary>The ratio that must be reached, or null.</summary>
    public double? Least => what.Least?[threads - 1];

    public double Milliseconds(string peer) => Statistics.Median(Rounds[peer]);

    /// <summary>In each round, the fastest peer's time over SeGen's.</summary>
    public IEnumerable<double> Ratios => Enumerable.Range(0, Rounds[PeersBenchmark.Own].Count)
        .Select(round => Peers.Min(p => Rounds[p][round]) / Rounds[PeersBenchmark.Own][round]);

    /// <summary>In each round, the floor's time over SeGen's.</summary>
    public IEnumerable<double> OfFloor => Rounds[PeersBenchmark.Floor].Zip(Rounds[PeersBenchmark.Own], (floor, own) => floor / own);

    /// <summary>What part of the direct form's multiply-adds is computed.</summary>
    public double ComputedShare
    {
        get
        {
            (long direct, long computed) = Products.Of(Case.Create().GetType());
            return (double)computed / direct;
        }
    }

    public void Add(string peer, double milliseconds)
    {
        if (!Rounds.TryGetValue(peer, out List<double>? medians))
            Rounds[peer] = medians = [];

        medians.Add(milliseconds);
    }
}
