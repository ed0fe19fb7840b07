using SeGen.Tests.Support;

namespace SeGen.Tests.Training;

/// <summary>Learning rates step by step, and clipping.</summary>
public class ScheduleTests
{
    [Fact]
    public void Rates_are_those_of_PyTorch()
    {
        LearningRateSchedule cosine = LearningRateSchedule.Cosine(0.05f, 8, 0.01f), step = LearningRateSchedule.Step(1, 3, 0.5f);
        Assert.Equal(0.05f, cosine.At(0));
        Assert.Equal(0.03f, cosine.At(4), 1e-8f);
        Assert.Equal(0.01f + 0.04f * (1 + Math.Cos(Math.PI * 3 / 8)) / 2, cosine.At(3), 1e-8);
        Assert.Equal(0.01f, cosine.At(8), 1e-9f);
        Assert.Equal(0.01f, cosine.At(100), 1e-9f);
        Assert.Equal([1, 1, 1, 0.5f, 0.5f, 0.5f, 0.25f], Enumerable.Range(0, 7).Select(s => step.At(s)));
        Assert.Equal(0.3f, LearningRateSchedule.Constant(0.3f).At(long.MaxValue));
    }

    [Fact]
    public void A_warm_up_rises_to_the_first_rate_and_goes_on_from_there()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Step(0.8f, 2, 0.5f).WithWarmUp(4);
        float[] expected = [0.2f, 0.4f, 0.6f, 0.8f, 0.8f, 0.8f, 0.4f, 0.4f, 0.2f];
        for (int s = 0; s < expected.Length; s++)
            Assert.Equal(expected[s], schedule.At(s), 1e-7f);
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => LearningRateSchedule.Cosine(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("every", () => LearningRateSchedule.Step(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => LearningRateSchedule.Constant(1).WithWarmUp(0));
        Assert.Throws<ArgumentOutOfRangeException>("rate", () => LearningRateSchedule.Constant(-1));
        Assert.Throws<ArgumentOutOfRangeException>("least", () => LearningRateSchedule.Cosine(1, 5, float.NaN));
    }

    [Fact]
    public void Gradients_are_scaled_to_a_norm_or_cut_to_a_value()
    {
        ParameterSet parameters = Gradients(10_000, out double norm);
        Assert.Equal(norm, parameters.ClipGradientNorm(2 * (float)norm), norm * 1e-6);
        float[] before = parameters[0].Gradient.ToArray();
        Assert.Equal(norm, parameters.ClipGradientNorm(3), norm * 1e-6);
        Close.AssertEqual([.. before.Select(v => v * 3 / (norm + 1e-6))], parameters[0].Gradient, 1e-6, "scaled");
        Assert.Equal(3, parameters.ClipGradientNorm(float.MaxValue), 1e-5f);

        parameters[1].Gradient[0] = float.NaN;
        Assert.True(float.IsNaN(parameters.ClipGradientNorm(1)));
        Assert.All(parameters[0].Gradient.ToArray(), v => Assert.True(float.IsNaN(v)));

        parameters = Gradients(100, out _);
        before = parameters[0].Gradient.ToArray();
        parameters.ClipGradientValues(0.5f);
        Assert.Equal(before.Select(v => Math.Clamp(v, -0.5f, 0.5f)), parameters[0].Gradient.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>("limit", () => parameters.ClipGradientNorm(0));
        Assert.Throws<ArgumentOutOfRangeException>("limit", () => parameters.ClipGradientValues(float.NaN));
    }

    private static ParameterSet Gradients(int length, out double norm)
    {
        var parameters = new ParameterSet([new("a", [length], BlockKind.None, Initializer.Constant(0)), new("b", [3], BlockKind.None, Initializer.Constant(0)), new("c", [3], BlockKind.None, Initializer.Constant(0)) { IsTrainable = false }]);
        RandomTensor.Normal(length, 1).CopyTo(parameters[0].Gradient);
        parameters[2].Gradient.Fill(1e9f);
        norm = Math.Sqrt(parameters[0].Gradient.ToArray().Sum(v => (double)v * v));
        return parameters;
    }
}
