using SeGen.Tests.Support;

namespace SeGen.Tests.Training;

/// <summary>The loss against PyTorch's values and its gradient against finite differences.</summary>
public class CrossEntropyLossTests
{
    private static readonly float[] Logits = [0.5f, -1, 2, 0.1f, 3, 0, -2, 1, 1, 1, 1, 1];

    // torch 1.13: F.cross_entropy(logits.view(3, 4), targets, label_smoothing, ignore_index), and its gradient's first row.
    [Theory]
    [InlineData(0f, new[] { 2, 0, 3 }, 0.638071895f, new[] { 0.0522864424f, 0.0116666807f, -0.0990017653f, 0.0350486524f })]
    [InlineData(0f, new[] { 1, -100, 3 }, 2.36935019f, new[] { 0.0784296617f, -0.482499987f, 0.351497352f, 0.0525729768f })]
    [InlineData(0.1f, new[] { 2, 0, 3 }, 0.77473855f, new[] { 0.0439531058f, 0.00333334599f, -0.0740017518f, 0.0267153159f })]
    [InlineData(0.1f, new[] { 0, -100, -100 }, 1.8624059f, new[] { -0.768140674f, 0.010000037f, 0.677994609f, 0.0801459402f })]
    [InlineData(1f, new[] { 2, 0, 3 }, 2.00473857f, new[] { -0.0310468934f, -0.0716666579f, 0.150998235f, -0.0482846834f })]
    public void It_is_what_PyTorch_computes(float smoothing, int[] targets, float loss, float[] firstRow)
    {
        float[] gradient = new float[12];
        Assert.Equal(loss, new CrossEntropyLoss(smoothing).Forward(Logits, targets, gradient), 1e-6f);
        Close.AssertEqual([.. firstRow.Select(v => (double)v)], gradient.AsSpan(0, 4), 1e-6, "gradient");
        for (int n = 0; n < 3; n++)
            Assert.Equal(0, gradient.AsSpan(n * 4, 4).ToArray().Sum(v => (double)v), 1e-7);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    [InlineData(1f)]
    public void The_gradient_is_the_slope(float smoothing)
    {
        const int Samples = 5, Classes = 7;
        float[] logits = RandomTensor.Normal(Samples * Classes, 3), gradient = new float[logits.Length];
        int[] targets = [0, 6, -100, 3, 2];
        var loss = new CrossEntropyLoss(smoothing);
        loss.Forward(logits, targets, gradient);
        for (int i = 0; i < logits.Length; i++)
        {
            const float Step = 1.0f / 64;
            float[] up = [.. logits], down = [.. logits];
            up[i] += Step;
            down[i] -= Step;
            double slope = (loss.Forward(up, targets, []) - (double)loss.Forward(down, targets, [])) / (2 * Step);
            Assert.Equal(slope, gradient[i], 2e-5);
        }

        Assert.All(gradient.AsSpan(2 * Classes, Classes).ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Large_logits_neither_overflow_nor_lose_the_loss()
    {
        float[] gradient = new float[2];
        Assert.Equal(2000, new CrossEntropyLoss().Forward([1000, -1000], [1], gradient));
        Assert.Equal([1, -1], gradient);
        Assert.Equal(Math.Exp(-20), new CrossEntropyLoss().Forward([20, 0], [0], gradient), 1e-12);
    }

    [Fact]
    public void A_class_that_is_ruled_out_has_no_share()
    {
        float[] gradient = new float[3];
        Assert.Equal(Math.Log(2), new CrossEntropyLoss().Forward([1, 1, float.NegativeInfinity], [0], gradient), 1e-6);
        Assert.Equal([-0.5f, 0.5f, 0], gradient);
    }

    [Fact]
    public void The_gradient_may_lie_where_the_logits_are()
    {
        float[] gradient = new float[12], both = [.. Logits];
        var loss = new CrossEntropyLoss(0.1f);
        Assert.Equal(loss.Forward(Logits, [2, 0, 3], gradient), loss.Forward(both, [2, 0, 3], both));
        Assert.Equal(gradient, both);
        Assert.Throws<ArgumentException>("gradient", () => loss.Forward(new float[13].AsSpan(0, 12), [2, 0, 3], both.AsSpan(0, 11)));
        float[] shared = new float[13];
        Assert.Contains("overlaps", Assert.Throws<ArgumentException>("gradient", () => loss.Forward(shared.AsSpan(0, 12), [2, 0, 3], shared.AsSpan(1, 12))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_counted_sample_gives_no_number()
    {
        float[] gradient = [5, 5];
        Assert.True(float.IsNaN(new CrossEntropyLoss(ignoreIndex: 1).Forward([0, 1], [1], gradient)));
        Assert.Equal([0, 0], gradient);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        var loss = new CrossEntropyLoss();
        Assert.Contains("5 logits are no whole rows for 2 targets", Assert.Throws<ArgumentException>("logits", () => loss.Forward(new float[5], [0, 1], [])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("targets", () => loss.Forward([], [], []));
        Assert.Throws<ArgumentException>("gradient", () => loss.Forward(new float[6], [0, 1], new float[5]));
        Assert.Contains("Target 1 is 3; there are classes 0 to 2", Assert.Throws<ArgumentException>("targets", () => loss.Forward(new float[6], [0, 3], [])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("targets", () => loss.Forward(new float[6], [0, -1], []));
        Assert.Throws<ArgumentOutOfRangeException>("labelSmoothing", () => new CrossEntropyLoss(1.5f));
        Assert.Throws<ArgumentOutOfRangeException>("labelSmoothing", () => new CrossEntropyLoss(float.NaN));
    }
}
