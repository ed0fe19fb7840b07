using static SeGen.Tests.Training.TrainedRuns;

namespace SeGen.Tests.Training;

/// <summary>Runs: that they learn, and that seed, threads and settings change what they ought to and nothing else.</summary>
public sealed class TrainerTests
{
    [Fact]
    public void A_run_learns()
    {
        var data = new GateData(200);
        var gate = new TrainedGate(1);
        Evaluation before = Trainer.Evaluate(gate, data);
        var seen = new List<TrainingProgress>();
        new Trainer(gate, new AdamOptimizer(gate.Parameters, 0.05f)) { BatchSize = 16, Progress = seen.Add }.Train(data, 20);
        Evaluation after = Trainer.Evaluate(gate, data, 7);
        Assert.True(after.Loss < before.Loss - 0.2, $"{before.Loss} to {after.Loss}");
        Assert.Equal(after.Accuracy, Enumerable.Range(0, GateData.Logits).Sum(c => after.Confusion[c, c]) / 200.0, 1e-12);
        Assert.Equal(200, after.Confusion.Cast<int>().Sum());
        Assert.Equal(20 * 13, seen.Count);
        Assert.Equal((19, 13, 13, 200), (seen[^1].Epoch, seen[^1].Step, seen[^1].StepsPerEpoch, seen[^1].Samples));
        Assert.Equal(16, seen[0].Samples);
        Assert.True(seen[^1].Loss < seen[12].Loss);
    }

    [Fact]
    public void Every_sample_is_seen_once_in_an_epoch_in_an_order_of_its_own()
    {
        var data = new GateData(50);
        var gate = new TrainedGate(1);
        new Trainer(gate, new SgdOptimizer(gate.Parameters, 0.1f)) { BatchSize = 16 }.Train(data, 2);
        int[][] epochs = [.. data.Read.Chunk(50).Select(e => e.Select(r => r.Index).ToArray())];
        Assert.Equal(2, epochs.Length);
        Assert.All(epochs, e => Assert.Equal(Enumerable.Range(0, 50), e.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.Equal([0, 1], data.Read.Select(r => r.Epoch).Distinct());
    }

    [Fact]
    public void Seed_and_data_alone_decide_the_weights()
    {
        float[] expected = Run(seed: 1);
        Assert.Equal(expected, Run(seed: 1));
        Assert.Equal(expected, Run(seed: 1, threads: 2));
        Assert.Equal(expected, Run(seed: 1, threads: 3));
        Assert.NotEqual(expected, Run(seed: 2));
    }

    [Fact]
    public void The_schedule_is_asked_for_every_step()
    {
        var gate = new TrainedGate(1);
        var rates = new List<float>();
        LearningRateSchedule schedule = LearningRateSchedule.Cosine(0.1f, 8).WithWarmUp(2);
        new Trainer(gate, new SgdOptimizer(gate.Parameters, 9)) { BatchSize = 16, Schedule = schedule, Progress = p => rates.Add(p.LearningRate) }.Train(new GateData(50), 2);
        Assert.Equal(Enumerable.Range(0, 8).Select(s => schedule.At(s)), rates);
    }

    [Fact]
    public void Samples_that_fill_no_batch_may_be_left_out()
    {
        var data = new GateData(50);
        var gate = new TrainedGate(1);
        new Trainer(gate, Same(gate)) { BatchSize = 16, DropLast = true }.Train(data, 1);
        Assert.Equal(48, data.Read.Count);
        Assert.Throws<ArgumentException>("data", () => new Trainer(gate, Same(gate)) { BatchSize = 16, DropLast = true }.Train(new GateData(15), 1));
    }

    /// <summary>Where the index that is ignored is a class that the gate knows, its samples are no right ones either.</summary>
    [Fact]
    public void Ignored_samples_are_never_right()
    {
        var gate = new TrainedGate(1);
        int[,] confusion = Trainer.Evaluate(gate, new GateData(16), 16).Confusion;
        int known = Enumerable.Range(0, GateData.Logits).First(c => confusion[c, c] > 0);
        var loss = new CrossEntropyLoss(ignoreIndex: known);
        double expected = Trainer.Evaluate(gate, new GateData(16), 16, loss).Accuracy;
        var seen = new List<TrainingProgress>();
        new Trainer(gate, Same(gate), loss) { BatchSize = 16, Progress = seen.Add }.Train(new GateData(16), 1);
        Assert.Equal(expected, seen.Single().Accuracy, 1e-9);
    }

    [Fact]
    public void Ignored_samples_count_nowhere()
    {
        var data = new GateData(64) { Ignored = 5 };
        var gate = new TrainedGate(1);
        var seen = new List<TrainingProgress>();
        var loss = new CrossEntropyLoss(ignoreIndex: -1);
        new Trainer(gate, Same(gate), loss) { BatchSize = 16, Progress = seen.Add }.Train(data, 1);
        Assert.Equal(59, seen[^1].Samples);
        Assert.True(double.IsFinite(seen[^1].Loss));
        Assert.Equal(59, Trainer.Evaluate(gate, data, 16, loss).Confusion.Cast<int>().Sum());
        Assert.Contains("Sample 0 is of class -1", Assert.Throws<ArgumentException>("data", () => Trainer.Evaluate(gate, data)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("data", () => Trainer.Evaluate(gate, new GateData(0)));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        TrainedGate gate = new(1), other = new(1);
        var optimizer = new SgdOptimizer(gate.Parameters, 1);
        Assert.Throws<ArgumentException>("optimizer", () => new Trainer(other, optimizer));
        Assert.Throws<ArgumentOutOfRangeException>("BatchSize", () => new Trainer(gate, optimizer) { BatchSize = 0 });
        Assert.Throws<InvalidOperationException>(() => new Trainer(gate, optimizer).TryResume());
        Assert.Throws<ArgumentException>("data", () => new Trainer(gate, optimizer).Train(new GateData(0), 1));
        var trainer = new Trainer(gate, optimizer) { BatchSize = 16 };
        trainer.Train(new GateData(20), 1);
        Assert.Contains("has 20 samples; this data has 21", Assert.Throws<ArgumentException>("data", () => trainer.Train(new GateData(21), 2)).Message, StringComparison.Ordinal);

        // The gate was declared for 16.
        Assert.Throws<ArgumentException>("input", () => new Trainer(gate, optimizer) { BatchSize = 17 }.Train(new GateData(20), 1));
    }

    [Fact]
    public void Steps_allocate_nothing_after_the_first()
    {
        var gate = new TrainedGate(1) { Threads = 1 };
        long before = 0, after = 0;
        var trainer = new Trainer(gate, new AdamOptimizer(gate.Parameters))
        {
            BatchSize = 16,
            ClipNorm = 1,
            Schedule = LearningRateSchedule.Cosine(0.1f, 100),
            Progress = p =>
            {
                after = GC.GetAllocatedBytesForCurrentThread();
                before = p.Step == 2 ? after : before;
            },
        };
        trainer.Train(new GateData(160) { Keeps = false }, 1);
        Assert.Equal(before, after);
    }
}
