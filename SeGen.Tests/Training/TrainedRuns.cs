namespace SeGen.Tests.Training;

/// <summary>The runs that tests compare: three epochs of a hundred samples, seven steps each.</summary>
internal static class TrainedRuns
{
    public const int Epochs = 3;

    public static float[] Run(int seed, int threads = 1, string optimizer = "sgd")
    {
        var gate = new TrainedGate(1) { Threads = threads };
        Create(gate, optimizer, null, 0, null, seed == 1 ? 0 : seed).Train(new GateData(100), Epochs);
        return Values(gate);
    }

    public static Trainer Create(TrainedGate gate, string optimizer, string? path, int saveEvery, Action<TrainingProgress>? progress, int seed = 0)
        => new(gate, optimizer == "sgd" ? Same(gate) : new AdamOptimizer(gate.Parameters, 0.01f))
        {
            BatchSize = 16,
            Seed = seed,
            StateFile = path,
            SaveEvery = saveEvery,
            Progress = progress,
            Schedule = LearningRateSchedule.Cosine(0.1f, 21),
        };

    /// <summary>The optimizer that runs have unless another is asked for.</summary>
    public static SgdOptimizer Same(IModule gate) => new(gate.Parameters, 0.1f, 0.9f, nesterov: true);

    public static void Copy(TrainedGate from, TrainedGate to)
    {
        foreach ((Parameter a, Parameter b) in from.Parameters.Zip(to.Parameters))
            a.Values.CopyTo(b.Write());
    }

    public static float[] Values(IModule module) => [.. module.Parameters.SelectMany(p => p.Values.ToArray())];
}
