using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Values that are no ordinary numbers, and gradients where several pixels tie.</summary>
[Trait("Category", "Numeric")]
public class SpecialValueTests
{
    [Fact]
    public void A_NaN_reaches_every_channel_of_its_image_and_no_other_image()
    {
        var module = new Bias128();
        float[] x = RandomTensor.Normal(2 * Bias128.InputLength, 1), y = new float[x.Length];
        x[Bias128.InputLength + 5] = float.NaN;
        module.Forward(x, y);
        Assert.DoesNotContain(y[..Bias128.InputLength], float.IsNaN);
        Assert.All(y[Bias128.InputLength..], v => Assert.True(float.IsNaN(v)));
    }

    [Fact]
    public void A_step_with_a_NaN_leaves_nothing_behind()
    {
        Bias20 module = new(1), fresh = new(1);
        float[] x = RandomTensor.Normal(Bias20.InputLength, 1), dy = RandomTensor.Normal(x.Length, 2), y = new float[x.Length];
        float[] poisoned = [.. x.Select((v, i) => i == 7 ? float.NaN : v)], expected = new float[x.Length], dx = new float[x.Length];
        module.ForwardTraining(poisoned, y);
        module.Backward(dy, dx);
        module.Parameters.ZeroGradients();
        module.ForwardTraining(x, y);
        module.Backward(dy, dx);
        fresh.ForwardTraining(x, y);
        fresh.Backward(dy, expected);
        Close.AssertSameBits(expected, dx, "input gradient");
        foreach (Parameter parameter in fresh.Parameters)
            Close.AssertSameBits(parameter.Gradient, module.Parameters[parameter.Name].Gradient, parameter.Name);
    }

    [Fact]
    public void A_closed_gate_makes_zeros_and_an_open_one_keeps_the_input()
    {
        var module = new Hidden0Any();
        float[] x = RandomTensor.Normal(3 * 5 * 5, 2), y = new float[x.Length];
        module.Parameters["fc2.bias"].Write().Fill(float.NegativeInfinity);
        module.Forward(x, y, 5, 5);
        Assert.All(y, v => Assert.Equal(0f, v));
        module.Parameters["fc2.bias"].Write().Fill(float.PositiveInfinity);
        module.Forward(x, y, 5, 5);
        Assert.Equal(x, y);
    }

    [Theory]
    [InlineData(Squeeze.Max, typeof(Max24Any))]
    [InlineData(Squeeze.MeanMaxAverage, typeof(MeanMax24Any))]
    public void Pixels_that_tie_for_the_maximum_share_its_gradient(Squeeze squeeze, Type type)
    {
        var module = (IModule)Activator.CreateInstance(type, 3)!;
        const int Height = 6, Width = 7;

        // Few different values: most channels have several maxima.
        float[] x = [.. RandomTensor.Normal(24 * Height * Width, 3).Select(v => MathF.Round(v))], dy = RandomTensor.Normal(x.Length, 4);
        float[] y = new float[x.Length], dx = new float[x.Length];
        var oracle = new GateOracle(new GateSettings(24, 6, Squeeze: squeeze), module.Parameters);
        (_, _, double[] expected) = oracle.Run(x, Height, Width, dy);
        module.ForwardTraining(x, y, Height, Width);
        module.Backward(dy, dx);
        Close.AssertEqual(expected, dx, 1e-4, "input gradient");
    }
}
