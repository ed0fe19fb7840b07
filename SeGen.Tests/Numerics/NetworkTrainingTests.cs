using SeGen.Tests.Checkpoints;
using SeGen.Tests.Generator;
using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;
using static SeGen.Tests.Support.RandomTensor;

namespace SeGen.Tests.Numerics;

[SENetwork(3, Height = 6, Width = 6, Reduction = 4, MaxBatch = 4)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), SiLU]
[SEResidual(32, Stride = 2, Name = "layer1"), Dropout(0.25)]
[GlobalAveragePool, Linear(5, Name = "fc")]
internal sealed partial class DroppedNet;

[SENetwork(4, Height = 1, Width = 1, MaxBatch = 2, Reduction = 2)]
[Conv(8, Kernel = 1, Name = "conv"), BatchNorm(Name = "first"), Conv(8, Kernel = 1, Name = "again"), BatchNorm(Name = "second")]
internal sealed partial class OnePixelNet;

[SENetwork(4, Height = 2, Width = 2, MaxBatch = 2)]
[Conv(8, Kernel = 1, Name = "conv"), BatchNorm(Name = "bn"), Dropout(0.2), Linear(3, Name = "fc")]
internal sealed partial class TinyNet;

[SEResidual(8, Reduction = 2, Height = 3, Width = 3, InferenceOnly = true)]
internal sealed partial class InferenceBlock;

[SEBlock(8, Reduction = 2, Squeeze = Squeeze.MeanMaxAverage, Height = 3, Width = 3, MaxBatch = 2, InferenceOnly = true)]
internal sealed partial class InferenceGate;

[SEBlock(8, Reduction = 2, Squeeze = Squeeze.MeanMaxAverage, Height = 3, Width = 3, MaxBatch = 2)]
internal sealed partial class TrainableGate;

/// <summary>What training a network promises besides its numbers.</summary>
[Trait("Category", "Numeric")]
public sealed class NetworkTrainingTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_the_inputs_gradient_those_of_the_parameters_are_the_same()
    {
        var net = new DroppedNet(3);
        (float[] x, float[] dy, float[] y) = Draw(net, 4);
        var whole = new TrainingStep(net, x, dy, 6, 6);
        net.Parameters.ZeroGradients();
        net.ForwardTraining(x, y);
        net.Backward(dy, []);
        foreach (Parameter parameter in net.Parameters.Where(p => p.IsTrainable))
            Close.AssertSameBits(whole.Gradient(parameter.Name), parameter.Gradient, parameter.Name);
    }

    [Fact]
    public void There_is_one_way_back_for_each_forward_pass()
    {
        var net = new DroppedNet(3);
        (float[] x, float[] dy, float[] y) = Draw(net, 2);
        net.ForwardTraining(x, y);
        net.Backward(dy, []);
        var e = Assert.Throws<InvalidOperationException>(() => net.Backward(dy, []));
        Assert.Contains("in a block or network once", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_written_before_the_way_back_do_not_change_it()
    {
        var net = new DroppedNet(3);
        (float[] x, float[] dy, float[] y) = Draw(net, 4);
        var expected = new TrainingStep(net, x, dy, 6, 6);
        net.Parameters.ZeroGradients();
        net.DropoutSeed = 0;
        net.ForwardTraining(x, y);
        foreach (Parameter parameter in net.Parameters)
            parameter.Write().Fill(7);

        net.Backward(dy, []);
        foreach (Parameter parameter in net.Parameters.Where(p => p.IsTrainable))
            Close.AssertSameBits(expected.Gradient(parameter.Name), parameter.Gradient, parameter.Name);
    }

    [Fact]
    public void A_step_on_no_number_leaves_nothing_behind_for_the_next()
    {
        var net = new Residual24To40Any { FreezeStatistics = true };
        float[] x = Normal(2 * 24 * 35, 1), dy = Normal(2 * 40 * 12, 2);
        var expected = new TrainingStep(net, x, dy, 5, 7);
        _ = new TrainingStep(net, [.. Enumerable.Repeat(float.NaN, x.Length)], [.. Enumerable.Repeat(float.NaN, dy.Length)], 5, 7);
        new TrainingStep(net, x, dy, 5, 7).AssertSameBits(expected, "after no number");
    }

    [Fact]
    public void Gradients_are_added_until_they_are_zeroed()
    {
        var net = new DroppedNet(3) { FreezeStatistics = true };
        (float[] x, float[] dy, float[] y) = Draw(net, 2);
        var once = new TrainingStep(net, x, dy, 6, 6);
        net.Parameters.ZeroGradients();
        for (int i = 0; i < 2; i++)
        {
            net.DropoutSeed = 0;
            net.ForwardTraining(x, y);
            net.Backward(dy, []);
        }

        foreach (Parameter parameter in net.Parameters.Where(p => p.IsTrainable))
            Close.AssertSameBits([.. once.Gradient(parameter.Name).Select(g => g + g)], parameter.Gradient, parameter.Name);
    }

    [Fact]
    public void Every_batch_and_size_leaves_nothing_behind_for_the_next()
    {
        var any = new Residual24To40Any();
        TrainingStep step(int batch, int height, int width)
            => new(any, Normal(batch * 24 * height * width, 5), Normal(batch * 40 * ((height + 1) / 2) * ((width + 1) / 2), 6), height, width);
        TrainingStep first = step(3, 7, 9);
        _ = step(4, 12, 5);
        _ = step(1, 3, 2);
        step(3, 7, 9).AssertSameBits(first, "after others");
    }

    [Fact]
    public void Inference_after_a_step_uses_the_new_statistics()
    {
        var net = new SmallNet(2);
        (float[] x, float[] y) = (Normal(2 * SmallNet.InputLength, 3), new float[2 * SmallNet.OutputLength]);
        net.Forward(x, y);
        net.ForwardTraining(x, y);
        net.Forward(x, y);
        var oracle = new NetworkOracle(net, calibrate: false);
        double[] expected = [.. oracle.Run(x.AsSpan(0, SmallNet.InputLength), 3, 16, 16), .. oracle.Run(x.AsSpan(SmallNet.InputLength), 3, 16, 16)];
        Close.AssertEqual(expected, y, 1e-5, "output");
    }

    [Fact]
    public void Frozen_statistics_are_used_and_left_alone()
    {
        var net = new SmallNet(2) { FreezeStatistics = true };
        (float[] x, float[] y, float[] expected) = (Normal(2 * SmallNet.InputLength, 3), new float[2 * SmallNet.OutputLength], new float[2 * SmallNet.OutputLength]);
        float[] before = Statistics(net);
        net.Forward(x, expected);
        net.ForwardTraining(x, y);
        Close.AssertEqual(expected, y, 1e-5, "output");
        Assert.Equal(before, Statistics(net));

        net.FreezeStatistics = false;
        net.ForwardTraining(x, y);
        Assert.NotEqual(before, Statistics(net));
    }

    [Fact]
    public void One_value_for_each_channel_is_refused_before_anything_changes()
    {
        var net = new OnePixelNet();
        float[] x = Normal(8, 1), y = new float[16], before = Statistics(net);
        var e = Assert.Throws<ArgumentException>(() => net.ForwardTraining(x.AsSpan(0, 4), y.AsSpan(0, 8)));
        Assert.Equal("input", e.ParamName);
        Assert.Contains("first gets one value for each channel", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, Statistics(net));
        Assert.Throws<InvalidOperationException>(() => net.Backward(y.AsSpan(0, 8), []));

        net.ForwardTraining(x, y);
        Assert.NotEqual(before, Statistics(net));
        net.FreezeStatistics = true;
        net.ForwardTraining(x.AsSpan(0, 4), y.AsSpan(0, 8));
    }

    [Fact]
    public void A_counter_of_batches_that_a_file_has_is_counted_on()
    {
        var net = new OnePixelNet();
        string with = _folder.File("with.safetensors"), after = _folder.File("after.safetensors");
        RawTensor[] tensors = [.. net.Parameters.Select(p => RawTensor.Floats(p.Name, [.. p.Shape.ToArray().Select(d => (long)d)], p.Values.ToArray()))];
        File.WriteAllBytes(with, SafeTensorsBytes.Of([.. tensors, new RawTensor("first.num_batches_tracked", "I64", [], BitConverter.GetBytes(41L))]));
        net.LoadWeights(with);
        float[] x = Normal(8, 1), y = new float[16];
        net.ForwardTraining(x, y);
        net.FreezeStatistics = true;
        net.ForwardTraining(x, y);
        net.SaveWeights(after);
        using SafeTensorsFile saved = SafeTensorsFile.Open(after);
        Assert.True(saved.TryGet("first.num_batches_tracked", out TensorInfo? counter));
        Assert.Equal(42, SafeTensorsFile.ReadInt64(counter));
        Assert.False(saved.TryGet("second.num_batches_tracked", out _));
    }

    [Theory]
    [InlineData(0.25)]
    public void Dropout_drops_what_it_says_and_another_part_at_each_step(double p)
    {
        IModule dropout = ModuleCompiler.CreateDeclared([$"[SENetwork(48, Height = 20, Width = 20, MaxBatch = 8), Dropout({p.ToString(System.Globalization.CultureInfo.InvariantCulture)})]"])[0];
        float[] x = [.. Enumerable.Repeat(1f, 8 * 48 * 400)], y = new float[x.Length], again = new float[x.Length], dx = new float[x.Length];
        dropout.DropoutSeed = 5;
        dropout.ForwardTraining(x, y);
        dropout.Backward(x, dx);
        Close.AssertSameBits(y, dx, "input gradient");
        Assert.All(y, v => Assert.True(v is 0 || Math.Abs(v - 1 / (1 - p)) < 1e-6));

        // Five standard deviations of a binomial distribution.
        double part = y.Count(v => v == 0) / (double)y.Length, deviation = Math.Sqrt(p * (1 - p) / y.Length);
        Assert.InRange(part, p - 5 * deviation, p + 5 * deviation);

        Assert.Equal(6, dropout.DropoutSeed);
        dropout.ForwardTraining(x, again);
        double both = y.Zip(again, (a, b) => a == 0 && b == 0 ? 1 : 0).Sum() / (double)y.Length;
        Assert.InRange(both, p * p - 5 * deviation, p * p + 5 * deviation);
        dropout.DropoutSeed = 5;
        dropout.ForwardTraining(x, again);
        Assert.Equal(y, again);

        dropout.Forward(x, y);
        Assert.Equal(x, y);
    }

    [Fact]
    public void Instances_that_share_weights_train_on_threads_of_their_own()
    {
        var net = new DroppedNet(3) { FreezeStatistics = true };
        (float[] x, float[] dy, _) = Draw(net, 4);
        var alone = new TrainingStep(net, x, dy, 6, 6);
        net.Parameters.ZeroGradients();
        const int Instances = 4;
        Parallel.For(0, Instances, _ =>
        {
            DroppedNet other = net.ShareWeights();
            float[] y = new float[4 * DroppedNet.OutputLength];
            other.ForwardTraining(x, y);
            other.Backward(dy, []);
        });
        foreach (Parameter parameter in net.Parameters.Where(p => p.IsTrainable))
            Close.AssertEqual([.. alone.Gradient(parameter.Name).Select(g => (double)g * Instances)], parameter.Gradient, 1e-5, parameter.Name);
    }

    [Fact]
    public void What_is_declared_for_inference_alone_says_that_it_cannot_be_trained()
    {
        foreach (IModule module in new IModule[] { new InferenceBlock(), new InferenceGate() })
        {
            float[] x = Normal(72, 1), y = new float[72];
            module.Forward(x, y);
            var e = Assert.Throws<NotSupportedException>(() => module.ForwardTraining(x, y));
            Assert.Contains("InferenceOnly = true", e.Message, StringComparison.Ordinal);
            Assert.Contains(module.GetType().Name, e.Message, StringComparison.Ordinal);
        }

        float[] input = Normal(72, 1), expected = new float[72], actual = new float[72];
        var trainable = new TrainableGate();
        trainable.Forward(input, expected);
        new InferenceGate().Forward(input, actual);
        Close.AssertSameBits(expected, actual, "output");
    }

    [Fact]
    public void A_large_stride_shares_its_kernels_and_goes_back_right()
    {
        GeneratorResult result = GeneratorHarness.Run("[SENetwork(3, Height = 32, Width = 32, MaxBatch = 2)] [Conv(16, Kernel = 8, Stride = 8, Padding = 0, Name = \"patches\")] partial class Patches;");
        Assert.Empty(result.Reported);
        Assert.Single(result.HintNames, h => h.Contains("e8_", StringComparison.Ordinal));
        IModule module = ModuleCompiler.CreateDeclared(["[SENetwork(3, Height = 32, Width = 32, MaxBatch = 2)] [Conv(16, Kernel = 8, Stride = 8, Padding = 0, Name = \"patches\")]"])[0];
        float[] x = Normal(2 * 3 * 1024, 1), dy = Normal(2 * 16 * 16, 2);
        var oracle = new TrainingOracle(module, frozen: false);
        Signal from = Signal.Of(x, 3, 32, 32), to = oracle.Forward(from);
        oracle.Backward(to, [.. dy.Select(v => (double)v)]);
        new TrainingStep(module, x, dy, 32, 32).AssertEqual(oracle, from, to, module.Parameters, 1e-5, 1e-5);
    }

    private static float[] Statistics(IModule module) => [.. module.Parameters.Where(p => !p.IsTrainable).SelectMany(p => p.Values.ToArray())];

    private static (float[] X, float[] Dy, float[] Y) Draw(DroppedNet net, int batch)
    {
        Assert.NotNull(net);
        return (Normal(batch * DroppedNet.InputLength, 1), Normal(batch * DroppedNet.OutputLength, 2), new float[batch * DroppedNet.OutputLength]);
    }
}
