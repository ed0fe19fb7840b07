using SeGen.Tests.Support;

namespace SeGen.Tests.Training;

/// <summary>Optimizers against PyTorch's values, and against the textbook formula in double on lengths of every remainder.</summary>
[Trait("Category", "Numeric")]
public class OptimizerTests
{
    private static readonly float[] Start = [0.5f, -1.25f, 2];

    private static readonly float[][] Gradients = [[0.1f, -0.2f, 0.3f], [-0.4f, 0.05f, 0.25f], [0.3f, 0.3f, -0.6f], [0, -1, 0.5f]];

    // What torch 1.13 computes from Start by these gradients.
    [Theory]
    [InlineData("sgd", 0.5f, -1.16499996f, 1.95500016f)]
    [InlineData("momentum", 0.517010033f, -1.15177011f, 1.89308f)]
    [InlineData("dampened", 0.507614434f, -1.14424276f, 1.87677491f)]
    [InlineData("nesterov", 0.484877527f, -1.00298774f, 1.74227774f)]
    [InlineData("adam", 0.495116264f, -1.2339561f, 1.97872818f)]
    [InlineData("adam decay", 0.490185201f, -1.22303593f, 1.97081995f)]
    [InlineData("adamw", 0.494126499f, -1.23147595f, 1.97475529f)]
    public void Four_steps_end_where_PyTorch_does(string optimizer, float first, float second, float third)
    {
        ParameterSet parameters = Parameters(3);
        Start.CopyTo(parameters[0].Write());
        Optimizer under = Create(optimizer, parameters);
        foreach (float[] gradient in Gradients)
        {
            parameters.ZeroGradients();
            gradient.CopyTo(parameters[0].Gradient);
            under.Step();
        }

        Close.AssertEqual([first, second, third], parameters[0].Values, 2e-7, optimizer);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("momentum")]
    [InlineData("dampened")]
    [InlineData("nesterov")]
    [InlineData("adam")]
    [InlineData("adam decay")]
    [InlineData("adamw")]
    public void Every_length_is_the_formula(string optimizer)
    {
        for (int length = 1; length <= 70; length++)
        {
            ParameterSet parameters = Parameters(length);
            float[] start = RandomTensor.Normal(length, length);
            start.CopyTo(parameters[0].Write());
            Optimizer under = Create(optimizer, parameters);
            var textbook = new TextbookOptimizer(optimizer, start);
            for (int step = 0; step < 5; step++)
            {
                float[] gradient = RandomTensor.Normal(length, 100 * length + step);
                gradient.CopyTo(parameters[0].Gradient);
                under.Step();
                textbook.Step(gradient);
            }

            Close.AssertEqual(textbook.Values, parameters[0].Values, 2e-6, $"{optimizer} of {length}");
        }
    }

    [Fact]
    public void Statistics_and_parameters_without_a_gradient_are_left_alone()
    {
        var parameters = new ParameterSet([Spec("a.weight", 3), Spec("a.running_mean", 3) with { IsTrainable = false }, Spec("b.weight", 3)]);
        parameters[0].Gradient.Fill(1);
        parameters[1].Gradient.Fill(1);
        long version = parameters.Version;
        new SgdOptimizer(parameters, 0.5f).Step();
        Assert.Equal([-0.5f, -0.5f, -0.5f], parameters[0].Values);
        Assert.Equal([0, 0, 0], parameters[1].Values);
        Assert.Equal([0, 0, 0], parameters[2].Values);
        Assert.True(parameters.Version > version);
    }

    [Fact]
    public void A_parameter_that_gets_its_gradient_later_starts_its_own_count()
    {
        var parameters = new ParameterSet([Spec("a.weight", 1), Spec("b.weight", 1)]);
        var adam = new AdamOptimizer(parameters, 0.1f);
        parameters[0].Gradient[0] = 1;
        adam.Step();
        parameters[1].Gradient[0] = 1;
        adam.Step();

        // The first step of Adam is the learning rate, whatever the gradient.
        Assert.Equal(-0.1f, parameters[1].Values[0], 1e-6f);
    }

    [Fact]
    public void Decay_applies_where_the_predicate_says()
    {
        ParameterSpec[] specs = [Spec("a.weight", 2, 2), Spec("a.bias", 2), Spec("bn.weight", 2)];
        foreach ((Func<Parameter, bool> decays, float[] expected) in new (Func<Parameter, bool>, float[])[]
        {
            (WeightDecay.OfAll, [0.9f, 0.9f, 0.9f]), (WeightDecay.ExceptVectors, [0.9f, 1, 1]), (p => !p.Name.EndsWith(".bias", StringComparison.Ordinal), [0.9f, 1, 0.9f]),
        })
        {
            var parameters = new ParameterSet(specs);
            foreach (Parameter parameter in parameters)
            {
                parameter.Write().Fill(1);
                parameter.Gradient.Clear();
            }

            new SgdOptimizer(parameters, 1, weightDecay: 0.1f) { Decays = decays }.Step();
            Assert.Equal(expected, parameters.Select(p => p.Values[0]));
        }
    }

    [Theory]
    [InlineData(-1, 0, 0, 0, false, "learningRate")]
    [InlineData(float.NaN, 0, 0, 0, false, "learningRate")]
    [InlineData(1, 1, 0, 0, false, "momentum")]
    [InlineData(1, 0.9f, 1, 0, false, "dampening")]
    [InlineData(1, 0.9f, 0, -1, false, "weightDecay")]
    [InlineData(1, 0, 0, 0, true, "nesterov")]
    [InlineData(1, 0.9f, 0.1f, 0, true, "nesterov")]
    public void Wrong_settings_are_refused(float rate, float momentum, float dampening, float decay, bool nesterov, string name)
    {
        var e = Assert.ThrowsAny<ArgumentException>(() => new SgdOptimizer(Parameters(1), rate, momentum, dampening, decay, nesterov));
        Assert.Equal(name, e.ParamName, ignoreCase: true);
        Assert.ThrowsAny<ArgumentException>(() => new AdamOptimizer(Parameters(1), beta1: 1));
        Assert.ThrowsAny<ArgumentException>(() => new AdamWOptimizer(Parameters(1), beta2: -0.1f));
        Assert.Throws<ArgumentNullException>("parameters", () => new AdamOptimizer(null!));
    }

    [Fact]
    public void Steps_allocate_nothing_after_the_first()
    {
        ParameterSet parameters = Parameters(1000);
        parameters[0].Gradient.Fill(0.5f);
        Optimizer[] optimizers = [Create("nesterov", parameters), Create("adamw", parameters)];
        foreach (Optimizer optimizer in optimizers)
            optimizer.Step();

        parameters.ClipGradientNorm(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            parameters.ClipGradientNorm(1);
            foreach (Optimizer optimizer in optimizers)
                optimizer.Step();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Optimizer Create(string name, ParameterSet parameters) => name switch
    {
        "sgd" => new SgdOptimizer(parameters, 0.1f),
        "momentum" => new SgdOptimizer(parameters, 0.1f, 0.9f),
        "dampened" => new SgdOptimizer(parameters, 0.1f, 0.9f, 0.1f, 0.01f),
        "nesterov" => new SgdOptimizer(parameters, 0.1f, 0.9f, 0, 0.05f, nesterov: true),
        "adam" => new AdamOptimizer(parameters, 0.01f),
        "adam decay" => new AdamOptimizer(parameters, 0.01f, weightDecay: 0.1f),
        _ => new AdamWOptimizer(parameters, 0.01f, weightDecay: 0.05f),
    };

    private static ParameterSet Parameters(int length) => new([Spec("a.weight", length)]);

    private static ParameterSpec Spec(string name, params int[] shape) => new(name, shape, BlockKind.None, Initializer.Constant(0));
}
