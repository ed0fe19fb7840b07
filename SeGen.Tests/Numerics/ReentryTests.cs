using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Callbacks that call the very object that calls them: they get a right result or a clear error, and the outer call is not disturbed.</summary>
[Trait("Category", "Numeric")]
public partial class ReentryTests
{
    private readonly NamedResiduals _net = new(3) { Threads = 2 };
    private readonly float[] _x = RandomTensor.Normal(3 * NamedResiduals.InputLength, 1);

    private IGatedModule Gated => _net;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_observer_may_call_Forward_of_the_instance_that_it_watches_as_deep_as_it_likes(int depth)
    {
        float[] expected = Forward(3), nested = Forward(1);
        int level = 0, calls = 0;
        Gated.GateObserver = (_, _) =>
        {
            calls++;
            if (level == depth)
                return;

            level++;
            Close.AssertSameBits(nested, Forward(1), "the nested call's output");
            level--;
        };
        Close.AssertSameBits(expected, Forward(3), "the outer call's output");
        Assert.True(calls > 9 * depth);

        // And on other threads, with other sizes in between.
        Gated.GateObserver = null;
        Close.AssertSameBits(expected, Forward(3), "a later call's output");
    }

    [Fact]
    public void An_observer_that_throws_leaves_the_instance_as_it_was()
    {
        float[] expected = Forward(3);
        Gated.GateObserver = (_, _) => throw new InvalidOperationException("mine");
        for (int i = 0; i < 3; i++)
            Assert.Equal("mine", Assert.Throws<InvalidOperationException>(() => Forward(2)).Message);

        Gated.GateObserver = null;
        Close.AssertSameBits(expected, Forward(3), "output");
    }

    [Fact]
    public void An_observer_may_load_other_weights_which_are_the_next_calls()
    {
        float[] expected = Forward(3);
        using var directory = new TemporaryDirectory();
        string path = directory.File("other.safetensors");
        new NamedResiduals(4).SaveWeights(path);
        Gated.GateObserver = (_, _) => _net.LoadWeights(path);
        Close.AssertSameBits(expected, Forward(3), "the call that was under way");
        Gated.GateObserver = null;
        float[] other = new float[expected.Length];
        new NamedResiduals(4).Forward(_x, other);
        Close.AssertSameBits(other, Forward(3), "the next call");
    }

    [Fact]
    public void An_observer_may_train_the_instance_that_it_watches()
    {
        // With frozen statistics a step changes gradients alone.
        var net = new Residual24To40Any(3) { FreezeStatistics = true };
        float[] x = RandomTensor.Normal(2 * 24 * 2 * 3, 1), y = new float[2 * 40 * 2], expected = new float[y.Length], trained = new float[y.Length];
        net.Forward(x, expected, 2, 3);
        int steps = 0;
        ((IGatedModule)net).GateObserver = (_, _) =>
        {
            net.ForwardTraining(x, trained, 2, 3);
            net.Backward(trained, []);
            steps++;
        };
        net.Forward(x, y, 2, 3);
        Close.AssertSameBits(expected, y, "output");
        Assert.Equal(2, steps);
    }

    [Fact]
    public void A_trainer_refuses_to_be_run_from_within_itself_and_goes_on()
    {
        var net = new TrainedGate(1);
        Trainer? trainer = null;
        string? refused = null;
        var data = new OneClass();
        trainer = new Trainer(net, new SgdOptimizer(net.Parameters, 0.01f))
        {
            BatchSize = 2,
            Progress = _ => refused ??= Assert.Throws<InvalidOperationException>(() => trainer!.Train(data, 1)).Message,
        };
        data.Reading = () => Assert.Throws<InvalidOperationException>(() => trainer.Train(data, 1));
        trainer.Train(data, 1);
        Assert.StartsWith("This trainer is in the middle of Train", refused, StringComparison.Ordinal);

        // A run that broke off does not lock it.
        data.Reading = () => throw new InvalidDataException("mine");
        Assert.Throws<InvalidDataException>(() => trainer.Train(data, 2));
        data.Reading = null;
        trainer.Train(data, 2);

        // Looking is allowed: evaluation has memory of its own.
        var looking = new Trainer(net, new SgdOptimizer(net.Parameters, 0.01f)) { BatchSize = 2, Progress = _ => Trainer.Evaluate(net, data, 2) };
        looking.Train(data, 1);
    }

    [Fact]
    public void An_optimizer_refuses_a_step_within_a_step()
    {
        var net = new Bias32(1);
        foreach (Parameter parameter in net.Parameters)
            parameter.Gradient.Fill(1);

        SgdOptimizer? optimizer = null;
        optimizer = new SgdOptimizer(net.Parameters, 0.1f)
        {
            Decays = _ =>
            {
                optimizer!.Step();
                return true;
            },
        };
        float[] before = net.Parameters[0].Values.ToArray();
        Assert.StartsWith("Step was called by Decays", Assert.Throws<InvalidOperationException>(optimizer.Step).Message, StringComparison.Ordinal);
        Assert.Equal(before, net.Parameters[0].Values.ToArray());
    }

    private float[] Forward(int images)
    {
        float[] y = new float[images * NamedResiduals.OutputLength];
        _net.Forward(_x.AsSpan(0, images * NamedResiduals.InputLength), y);
        return y;
    }

    /// <summary>Four samples of a class.</summary>
    private sealed class OneClass : ITrainingData
    {
        public Action? Reading { get; set; }

        public int Count => 4;

        public int Height => 1;

        public int Width => 1;

        public int SampleLength => 16;

        public int Classes => 16;

        public int Read(int index, int epoch, Span<float> sample)
        {
            Reading?.Invoke();
            sample.Fill(index);
            return 3;
        }
    }

    /// <summary>Sixteen logits of one pixel.</summary>
    [SEBlock(16, Reduction = 4, Height = 1, Width = 1, MaxBatch = 2)]
    private sealed partial class TrainedGate;
}
