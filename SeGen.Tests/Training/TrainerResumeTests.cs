using SeGen.Tests.Checkpoints;
using static SeGen.Tests.Training.TrainedRuns;

namespace SeGen.Tests.Training;

/// <summary>The state of a run on disk: that interruptions and crashes change nothing, and that no other run's is taken or overwritten.</summary>
public sealed class TrainerResumeTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

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
}
