namespace SeGen.Benchmarks.Peers;

/// <summary>Something that can be timed on a case, in a process of its own.</summary>
internal interface IPeer
{
    /// <summary>Prepares a case and returns the largest error of its result over the largest expected value.</summary>
    double Load(Case what, int threads);

    /// <summary>Runs the case once.</summary>
    void Run();
}
