using System.Numerics.Tensors;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Weights: their first values, their versions, who shares them.</summary>
public class ParameterTests
{
    [Fact]
    public void First_values_are_uniform_within_one_over_the_root_of_the_inputs()
    {
        var module = new Bias128(seed: 5);
        foreach ((string name, int inputs) in new[] { ("fc1.weight", 128), ("fc1.bias", 128), ("fc2.weight", 8), ("fc2.bias", 8) })
        {
            float[] values = module.Parameters[name].Values.ToArray();
            float bound = 1 / MathF.Sqrt(inputs);
            Assert.All(values, v => Assert.InRange(v, -bound, bound));

            // The mean and the variance of that distribution, within five standard errors.
            double mean = values.Average(), variance = values.Average(v => (double)v * v);
            Assert.InRange(mean, -5 * bound / Math.Sqrt(3.0 * values.Length), 5 * bound / Math.Sqrt(3.0 * values.Length));
            Assert.InRange(variance, bound * bound / 3.0 * (1 - 5 / Math.Sqrt(values.Length)), bound * bound / 3.0 * (1 + 5 / Math.Sqrt(values.Length)));
        }
    }

    [Fact]
    public void A_seed_decides_all_first_values()
    {
        Assert.Equal(new Bias20(3).Parameters["fc1.weight"].Values, new Bias20(3).Parameters["fc1.weight"].Values);
        Assert.Equal(new Bias20().Parameters["fc1.weight"].Values, new Bias20(0).Parameters["fc1.weight"].Values);
        Assert.NotEqual(new Bias20(3).Parameters["fc1.weight"].Values.ToArray(), new Bias20(4).Parameters["fc1.weight"].Values.ToArray());
    }

    [Fact]
    public void Names_and_shapes_are_those_of_PyTorch()
    {
        Assert.Equal(["fc1.weight [6, 20]", "fc1.bias [6]", "fc2.weight [20, 6]", "fc2.bias [20]"], new Bias20().Parameters.Select(p => p.ToString()));
        Assert.Equal(["fc1.weight [4, 64]", "fc2.weight [64, 4]"], new NoBias64().Parameters.Select(p => p.ToString()));
        Assert.Equal(["fc1.weight [0, 3]", "fc2.weight [3, 0]", "fc2.bias [3]"], new Hidden0().Parameters.Select(p => p.ToString()));
        Assert.Equal(Bias20.ParameterCount, new Bias20().Parameters.Sum(p => p.Values.Length));
        Assert.Contains("there are fc1.weight, fc1.bias", Assert.Throws<KeyNotFoundException>(() => new Bias20().Parameters["fc3"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Written_weights_show_in_the_next_forward_pass_of_all_that_share_them()
    {
        var module = new Bias20();
        Bias20 other = module.ShareWeights();
        float[] x = RandomTensor.Normal(Bias20.InputLength, 1);
        float[] before = Run(module, x);
        Close.AssertSameBits(before, Run(other, x), "shared output");

        long version = module.Parameters.Version;
        module.Parameters["fc2.bias"].Write().Fill(1f);
        Assert.True(module.Parameters.Version > version);
        float[] after = Run(module, x);
        Assert.NotEqual(before, after);
        Close.AssertSameBits(after, Run(other, x), "shared output");
    }

    [Fact]
    public void Modules_that_share_weights_can_be_trained_on_several_threads_without_losing_a_gradient()
    {
        const int Steps = 200, Threads = 4;
        var first = new Bias20(seed: 3);
        float[] x = RandomTensor.Normal(Bias20.InputLength, 1), dy = RandomTensor.Normal(x.Length, 2);
        TrainOn(first, x, dy, 1);
        float[][] step = [.. first.Parameters.Select(p => p.Gradient.ToArray())];

        var threads = new List<Thread>();
        for (int t = 0; t < Threads; t++)
        {
            Bias20 module = first.ShareWeights();
            module.Threads = 1;
            threads.Add(new Thread(() => TrainOn(module, x, dy, Steps)));
        }

        first.Parameters.ZeroGradients();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        for (int i = 0; i < step.Length; i++)
        {
            // Every step adds the same numbers, so that their order does not matter.
            float[] expected = new float[step[i].Length];
            for (int s = 0; s < Steps * Threads; s++)
                TensorPrimitives.Add(expected, step[i], expected);

            Close.AssertSameBits(expected, first.Parameters[i].Gradient, first.Parameters[i].Name);
        }
    }

    [Fact]
    public void Gradients_are_there_from_the_first_training_step_on()
    {
        var module = new Bias20();
        Assert.All(module.Parameters, p => Assert.False(p.HasGradient));
        float[] x = new float[Bias20.InputLength];
        module.ForwardTraining(x, new float[x.Length]);
        Assert.All(module.Parameters, p => Assert.True(p.HasGradient));
    }

    [Fact]
    public void An_old_span_shows_after_MarkChanged()
    {
        var module = new Bias20();
        float[] x = RandomTensor.Normal(Bias20.InputLength, 1);
        Span<float> bias = module.Parameters["fc2.bias"].Write();
        float[] before = Run(module, x);
        bias.Fill(2f);
        Assert.Equal(before, Run(module, x));
        module.Parameters["fc2.bias"].MarkChanged();
        Assert.NotEqual(before, Run(module, x));
    }

    [Fact]
    public void The_constants_are_those_of_the_declaration()
    {
        Assert.Equal((128, 14, 14, 128 * 14 * 14), (Bias128.InputChannels, Bias128.InputHeight, Bias128.OutputWidth, Bias128.OutputLength));
        Assert.Equal(2 * 128 * 8 + 8 + 128, Bias128.ParameterCount);
        Assert.Equal(2 * 128 * 8, Bias128.MultiplyAdds);
        Assert.Contains("fc1, relu", Bias128.Summary, StringComparison.Ordinal);
    }

    private static float[] Run(Bias20 module, float[] x)
    {
        float[] y = new float[x.Length];
        module.Forward(x, y);
        return y;
    }

    private static void TrainOn(Bias20 module, float[] x, float[] dy, int steps)
    {
        float[] y = new float[x.Length], dx = new float[x.Length];
        for (int s = 0; s < steps; s++)
        {
            module.ForwardTraining(x, y);
            module.Backward(dy, dx);
        }
    }
}
