using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Numerics;

/// <summary>Training steps of random layer stacks against the oracle: outputs, all gradients, running statistics, on any number of threads.</summary>
[Trait("Category", "Numeric")]
public class RandomTrainingTests(ITestOutputHelper log)
{
    private const int Networks = 16;
    private const double OutputTolerance = 1e-4, GradientTolerance = 1e-3;

    [Theory]
    [InlineData(20261124)]
    public void Random_networks_train_as_the_oracle_does(int seed)
    {
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        RandomNetwork[] networks = [.. Enumerable.Range(0, Networks).Select(_ => RandomNetwork.Draw(random))];
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared(networks.Select(n => n.Attributes));
        var failures = new List<string>();
        for (int i = 0; i < networks.Length; i++)
        {
            foreach (bool frozen in new[] { false, true })
            {
                try
                {
                    Check(networks[i], modules[i], frozen, seed + i);
                }
                catch (Exception e)
                {
                    failures.Add($"network {i}{(frozen ? ", frozen" : "")}: {networks[i].Attributes} at {networks[i].InputHeight} x {networks[i].InputWidth}: {e.Message}");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    private static void Check(RandomNetwork network, IModule module, bool frozen, int seed)
    {
        int batch = network.MaxBatch, image = network.InputChannels * network.InputHeight * network.InputWidth;
        module.FreezeStatistics = frozen;
        module.DropoutSeed = seed;

        // Two or three values, normalised, are next to constants: rounding is all that their gradients are.
        if (!frozen && (long)batch * network.SmallestMap < 4)
            return;

        // Not too near a kink, where rounding alone would decide which side a gradient is of.
        for (int attempt = 0; ; attempt++)
        {
            float[] input = RandomTensor.Normal(batch * image, seed + 1000 * attempt), gradient = RandomTensor.Normal(batch * network.OutputLength, seed + 1000 * attempt + 1);
            new NetworkOracle(module, calibrate: true).Run(input.AsSpan(0, image), network.InputChannels, network.InputHeight, network.InputWidth);
            var oracle = new TrainingOracle(module, frozen);
            Signal x = Signal.Of(input, network.InputChannels, network.InputHeight, network.InputWidth), y = oracle.Forward(x);
            oracle.Backward(y, [.. gradient.Select(v => (double)v)]);
            if (oracle.KinkMargin < 1e-6 && attempt < 50)
                continue;

            TrainingStep? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                module.Threads = threads;
                var step = new TrainingStep(module, input, gradient, network.InputHeight, network.InputWidth);
                step.AssertSameBits(first ??= step, $"on {threads} threads");
            }

            first!.AssertEqual(oracle, x, y, module.Parameters, OutputTolerance, GradientTolerance);
            return;
        }
    }
}
