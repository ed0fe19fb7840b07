using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;

namespace SeGen.Tests.Training;

/// <summary>Its sixteen outputs serve as logits.</summary>
[SEBlock(8, Hidden = 12, Height = 2, Width = 1, MaxBatch = 16)]
internal sealed partial class TrainedGate;

/// <summary>Runs: that they learn, and that seed, threads, interruptions and crashes change what they ought to and nothing else.</summary>
public sealed class TrainerTests : IDisposable
{
    private const int Epochs = 3;

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

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

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void A_run_that_is_interrupted_or_crashes_at_any_step_ends_in_the_same_weights(string optimizer)
    {
        float[] expected = Run(1, 1, optimizer);
        var random = new Random(7);
        for (int round = 0; round < 25; round++)
        {
            string path = _folder.File($"{optimizer}{round}.safetensors");
            for (bool done = false; !done;)
            {
                TrainedGate gate = new(round);
                int until = random.Next(1, 12), crash = random.Next(3);
                using var cancelled = new CancellationTokenSource();
                Trainer trainer = Create(gate, optimizer, path, saveEvery: random.Next(1, 4), _ =>
                {
                    if (--until > 0)
                        return;

                    if (crash == 0)
                        throw new InvalidOperationException("crash");

                    cancelled.Cancel();
                });
                if (!trainer.TryResume())
                    Copy(new TrainedGate(1), gate);

                try
                {
                    trainer.Train(new GateData(100), Epochs, cancelled.Token);
                    done = true;
                    Assert.Equal(expected, Values(gate));
                }
                catch (Exception e) when (e is OperationCanceledException || e.Message == "crash")
                {
                    // Goes on in the next round of the loop, with a gate that knows nothing.
                }
            }
        }
    }

    [Fact]
    public void A_state_of_another_run_is_refused_and_changes_nothing()
    {
        string path = _folder.File("run.safetensors");
        Trainer first = Create(new TrainedGate(1), "sgd", path, 0, null);
        first.Train(new GateData(100), 1);

        AssertRefused("batch size 16; this one has 8", g => new Trainer(g, Same(g)) { BatchSize = 8, StateFile = path });
        AssertRefused("seed 0; this one has 4", g => new Trainer(g, Same(g)) { BatchSize = 16, Seed = 4, StateFile = path });
        AssertRefused("clip norm 0; this one has 1", g => new Trainer(g, Same(g)) { BatchSize = 16, ClipNorm = 1, StateFile = path });
        AssertRefused("drop last no; this one has yes", g => new Trainer(g, Same(g)) { BatchSize = 16, DropLast = true, StateFile = path });
        AssertRefused("this one has smoothing 0.5, ignoring 1", g => new Trainer(g, Same(g), new CrossEntropyLoss(0.5f, 1)) { BatchSize = 16, StateFile = path });
        AssertRefused("this one has AdamOptimizer(0.9, 0.999, 1E-08, 0)", g => new Trainer(g, new AdamOptimizer(g.Parameters)) { BatchSize = 16, StateFile = path });
        AssertRefused("optimizer SgdOptimizer(0.9, 0, 0, 1); this one has SgdOptimizer(0.8, 0, 0, 1)", g => new Trainer(g, new SgdOptimizer(g.Parameters, 1, 0.8f, nesterov: true)) { BatchSize = 16, StateFile = path });
        AssertRefused("fc1.weight", g => new Trainer(g, Same(g)) { BatchSize = 16, StateFile = path }, new CheckpointGate(3));

        byte[] whole = File.ReadAllBytes(path);
        foreach ((string from, string to, string message) in new[]
        {
            ("\"step\":\"0\"", "\"step\":\"-\"", "no sound \"step\""), ("\"correct\":\"0\"", "\"correct\":\"7\"", "position in the run cannot be"),
            ("segen-training", "segen-trainini", "no sound \"format\""), ("\"optimizer.fc1.bias.steps\"", "\"optimizer.fc1.bias.stepz\"", "optimizer.fc1.bias.steps"),
            ("\"optimizer.fc1.bias.momentum\"", "\"optimizer.fc1.bias.momentun\"", "optimizer.fc1.bias.momentum"),
        })
        {
            File.WriteAllBytes(path, Replaced(whole, from, to));
            AssertRefused(message, g => new Trainer(g, Same(g)) { BatchSize = 16, StateFile = path });
        }

        File.WriteAllBytes(path, whole[..^1]);
        AssertRefused("run.safetensors", g => new Trainer(g, Same(g)) { BatchSize = 16, StateFile = path });

        new TrainedGate(3).SaveWeights(path);
        AssertRefused("metadata has no sound \"format\"", g => new Trainer(g, Same(g)) { BatchSize = 16, StateFile = path });
    }

    [Fact]
    public void A_state_that_is_there_is_never_overwritten_by_another_run()
    {
        string path = _folder.File("run.safetensors");
        Create(new TrainedGate(1), "sgd", path, 0, null).Train(new GateData(100), 1);
        byte[] before = File.ReadAllBytes(path);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Contains("call TryResume", Assert.Throws<InvalidOperationException>(() => Create(new TrainedGate(2), "sgd", path, 0, null).Train(new GateData(100), 1, cancelled.Token)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));

        // A run whose first step fails leaves no state behind.
        string other = _folder.File("other.safetensors");
        var gate = new TrainedGate(1);
        Assert.ThrowsAny<ArgumentException>(() => new Trainer(gate, Same(gate)) { BatchSize = 17, StateFile = other }.Train(new GateData(20), 1));
        Assert.False(File.Exists(other));
    }

    [Fact]
    public void A_learning_rate_that_was_set_by_hand_is_resumed()
    {
        string path = _folder.File("run.safetensors");
        TrainedGate first = new(1), second = new(2);
        Optimizer optimizer = Same(first);
        new Trainer(first, optimizer) { BatchSize = 16, StateFile = path, Progress = _ => optimizer.LearningRate = 0.125f }.Train(new GateData(100), 1);
        Optimizer resumed = Same(second);
        Assert.True(new Trainer(second, resumed) { BatchSize = 16, StateFile = path }.TryResume());
        Assert.Equal(0.125f, resumed.LearningRate);
        Assert.Equal(Values(first), Values(second));
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

    private float[] Run(int seed, int threads = 1, string optimizer = "sgd")
    {
        var gate = new TrainedGate(1) { Threads = threads };
        Create(gate, optimizer, null, 0, null, seed == 1 ? 0 : seed).Train(new GateData(100), Epochs);
        return Values(gate);
    }

    private static Trainer Create(TrainedGate gate, string optimizer, string? path, int saveEvery, Action<TrainingProgress>? progress, int seed = 0)
        => new(gate, optimizer == "sgd" ? new SgdOptimizer(gate.Parameters, 0.1f, 0.9f, nesterov: true) : new AdamOptimizer(gate.Parameters, 0.01f))
        {
            BatchSize = 16,
            Seed = seed,
            StateFile = path,
            SaveEvery = saveEvery,
            Progress = progress,
            Schedule = LearningRateSchedule.Cosine(0.1f, 21),
        };

    /// <summary>The optimizer of the runs above.</summary>
    private static SgdOptimizer Same(IModule gate) => new(gate.Parameters, 0.1f, 0.9f, nesterov: true);

    private static void AssertRefused(string message, Func<IModule, Trainer> create, IModule? module = null)
    {
        module ??= new TrainedGate(3);
        float[] before = Values(module);
        string text = Assert.Throws<SafeTensorsException>(() => create(module).TryResume()).Message;
        Assert.Contains(message, text, StringComparison.Ordinal);
        Assert.Equal(before, Values(module));
    }

    private static byte[] Replaced(byte[] file, string from, string to)
    {
        byte[] copy = [.. file];
        int at = file.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(from));
        Assert.True(at >= 0, from);
        System.Text.Encoding.UTF8.GetBytes(to).CopyTo(copy, at);
        return copy;
    }

    private static void Copy(TrainedGate from, TrainedGate to)
    {
        foreach ((Parameter a, Parameter b) in from.Parameters.Zip(to.Parameters))
            a.Values.CopyTo(b.Write());
    }

    private static float[] Values(IModule module) => [.. module.Parameters.SelectMany(p => p.Values.ToArray())];

    /// <summary>Eight channels of two pixels, of which the class's own are a little larger, given as [8, 2, 1] with a logit for each value.</summary>
    private sealed class GateData(int count) : ITrainingData
    {
        public const int Logits = 16;

        public bool Keeps { get; init; } = true;

        /// <summary>How many samples at the start have no class.</summary>
        public int Ignored { get; init; }

        public List<(int Index, int Epoch)> Read { get; } = [];

        public int Count => count;

        public int Height => 2;

        public int Width => 1;

        public int SampleLength => Logits;

        public int Classes => Logits;

        int ITrainingData.Read(int index, int epoch, Span<float> sample)
        {
            int label = index % Logits;
            for (int i = 0; i < sample.Length; i++)
                sample[i] = MathF.Sin(index * 31 + i * 7) + (i == label ? 0.8f : 0);

            if (Keeps)
                Read.Add((index, epoch));

            return index < Ignored ? -1 : label;
        }
    }
}
