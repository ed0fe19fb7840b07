using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Gradients against differences of the loss, so that no formula is trusted, not even the oracle's.</summary>
[Trait("Category", "Numeric")]
public class FiniteDifferenceTests
{
    private const float Step = 4e-3f;
    private const double Tolerance = 2e-2;

    [Fact]
    public void Every_gradient_is_the_slope_of_the_loss()
    {
        (string Arguments, GateSettings Settings)[] gates =
        [
            .. from activation in Enum.GetValues<Activation>()
               from gate in Enum.GetValues<Gate>()
               from squeeze in new[] { Squeeze.Mean, Squeeze.SumOverHPlusW, Squeeze.Max, Squeeze.MeanMaxAverage }
               where (int)activation % 2 == (int)squeeze % 2 || gate == Gate.Sigmoid
               select ($"6, Hidden = 3, Activation = Activation.{activation}, Gate = Gate.{gate}, Squeeze = Squeeze.{squeeze}", new GateSettings(6, 3, Activation: activation, Gate: gate, Squeeze: squeeze)),
        ];
        IReadOnlyList<IModule> modules = ModuleCompiler.Create(gates.Select(g => g.Arguments));
        for (int i = 0; i < gates.Length; i++)
            Check(modules[i], gates[i].Settings, gates[i].Arguments);
    }

    private static void Check(IModule module, GateSettings settings, string what)
    {
        const int Height = 3, Width = 4;
        (float[] x, float[] dy) = DrawAwayFromKinks(module, settings, Height, Width);
        float[] y = new float[x.Length], dx = new float[x.Length];
        module.Parameters.ZeroGradients();
        module.ForwardTraining(x, y, Height, Width);
        module.Backward(dy, dx);
        Compare(dx, (i, by) => x[i] += by, "input");
        foreach (Parameter parameter in module.Parameters)
            Compare(parameter.Gradient.ToArray(), (i, by) => parameter.Write()[i] += by, parameter.Name);

        void Compare(float[] gradient, Action<int, float> move, string name)
        {
            double[] slopes = new double[gradient.Length];
            for (int i = 0; i < slopes.Length; i++)
            {
                move(i, Step);
                double above = Loss();
                move(i, -2 * Step);
                double below = Loss();
                move(i, Step);
                slopes[i] = (above - below) / (2 * Step);
            }

            Close.AssertEqual(slopes, gradient, Tolerance, $"{what}: {name} gradient");
        }

        double Loss()
        {
            module.Forward(x, y, Height, Width);
            return y.Zip(dy, (a, b) => (double)a * b).Sum();
        }
    }

    /// <summary>A step must not cross a kink of an activation, nor change which pixel is the largest.</summary>
    private static (float[] X, float[] Dy) DrawAwayFromKinks(IModule module, GateSettings settings, int height, int width)
    {
        for (int seed = 0; ; seed++)
        {
            float[] x = RandomTensor.Normal(settings.Channels * height * width, seed), dy = RandomTensor.Normal(x.Length, seed + 1000);
            var oracle = new GateOracle(settings, module.Parameters);
            oracle.Run(x, height, width, dy);
            bool clearMaxima = x.Chunk(height * width).All(channel => channel.Max() - channel.Order().ElementAt(channel.Length - 2) > 4 * Step);
            if (oracle.KinkMargin > 8 * Step && clearMaxima)
                return (x, dy);

            Assert.True(seed < 500, "No draw keeps away from the kinks.");
        }
    }
}
