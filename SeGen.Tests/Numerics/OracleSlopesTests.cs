using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>
/// The oracle that judges training, against differences of its own output over random layer stacks, in double precision: no formula of a
/// gradient is trusted. What is generated is compared with the oracle on the same stacks (<see cref="RandomTrainingTests"/>).
/// </summary>
public class OracleSlopesTests
{
    private const int Networks = 16;
    private const double Step = 1e-7, Tolerance = 1e-5;

    [Theory]
    [InlineData(20261122)]
    public void Every_gradient_is_the_slope_of_the_loss(int seed)
    {
        var random = new Random(seed);
        RandomNetwork[] networks = [.. Enumerable.Range(0, Networks).Select(_ => RandomNetwork.Draw(random, maxSide: 8))];
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared(networks.Select(n => n.InferenceOnly));
        int compared = 0;
        for (int i = 0; i < networks.Length; i++)
            compared += Check(networks[i], modules[i], i % 2 == 0, seed + i);

        // Most stacks lie away from kinks; else this test would say nothing.
        Assert.True(compared > Networks / 2, $"only {compared} of {Networks} networks were compared.");
    }

    private static int Check(RandomNetwork network, IModule module, bool frozen, int seed)
    {
        int image = network.InputChannels * network.InputHeight * network.InputWidth, batch = network.MaxBatch;
        float[] input = RandomTensor.Normal(batch * image, seed), weight = RandomTensor.Normal(batch * network.OutputLength, seed + 1), way = RandomTensor.Normal(input.Length, seed + 2);
        new NetworkOracle(module, calibrate: true).Run(input.AsSpan(0, image), network.InputChannels, network.InputHeight, network.InputWidth);
        if (!frozen && batch * network.SmallestMap < 4)
            return 0;

        (double Loss, Signal X, TrainingOracle Oracle) run(double by)
        {
            var oracle = new TrainingOracle(module, frozen);
            Signal x = Signal.Of(input, network.InputChannels, network.InputHeight, network.InputWidth);
            for (int n = 0, at = 0; n < batch; n++)
            {
                for (int i = 0; i < image; i++, at++)
                    x.Images[n].Values[i] += by * way[at];
            }

            Signal y = oracle.Forward(x);
            double loss = y.Images.SelectMany(m => m.Values).Zip(weight, (a, b) => a * b).Sum();
            oracle.Backward(y, [.. weight.Select(v => (double)v)]);
            return (loss, x, oracle);
        }

        (_, Signal x, TrainingOracle oracle) = run(0);
        if (oracle.KinkMargin < 100 * Step)
            return 0;

        double slope = (run(Step).Loss - run(-Step).Loss) / (2 * Step), along = x.Gradients.SelectMany(m => m.Values).Zip(way, (a, b) => a * b).Sum();
        double scale = x.Gradients.SelectMany(m => m.Values).Zip(way, (a, b) => Math.Abs(a * b)).Sum();
        Assert.True(Math.Abs(slope - along) <= Tolerance * Math.Max(scale, 1e-3), $"network {network.Attributes}: the input's slope is {slope}, its gradient says {along}");
        foreach (Parameter parameter in module.Parameters.Where(p => p.IsTrainable))
            CheckParameter(network, parameter, oracle.Gradient(parameter.Name), () => run(0).Loss);

        return 1;
    }

    /// <summary>The value of each parameter with the steepest slope, moved by a few units in its last place.</summary>
    private static void CheckParameter(RandomNetwork network, Parameter parameter, double[] gradient, Func<double> loss)
    {
        const int Units = 32;
        int at = Array.FindIndex(gradient, g => Math.Abs(g) == gradient.Max(Math.Abs));
        float value = parameter.Values[at], unit = MathF.BitIncrement(MathF.Abs(value)) - MathF.Abs(value), above = value + Units * Math.Max(unit, 1e-9f), below = value - Units * Math.Max(unit, 1e-9f);
        parameter.Write()[at] = above;
        double high = loss();
        parameter.Write()[at] = below;
        double low = loss();
        parameter.Write()[at] = value;
        double slope = (high - low) / ((double)above - below);

        Assert.True(
            Math.Abs(slope - gradient[at]) <= 1e-4 * Math.Max(Math.Abs(gradient[at]), 0.1),
            $"network {network.Attributes}: the slope of {parameter.Name}[{at}] is {slope}, its gradient says {gradient[at]}");
    }
}
