using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Numerics;

/// <summary>Random layer stacks, batches and threads against the oracle.</summary>
[Trait("Category", "Numeric")]
public class RandomNetworkTests(ITestOutputHelper log)
{
    private const int Networks = 20;
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData(20261123)]
    public void Random_networks_agree_with_the_oracle_and_with_themselves_on_any_number_of_threads(int seed)
    {
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        RandomNetwork[] networks = [.. Enumerable.Range(0, Networks).Select(_ => RandomNetwork.Draw(random))];
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared(networks.Select(n => n.InferenceOnly));
        for (int i = 0; i < networks.Length; i++)
        {
            try
            {
                Check(networks[i], modules[i], seed + i);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, network {i}: {networks[i].Attributes} at {networks[i].InputHeight} x {networks[i].InputWidth}: {e.Message}", e);
            }
        }
    }

    private static void Check(RandomNetwork network, IModule module, int seed)
    {
        // One more than MaxBatch: in slices.
        int image = network.InputChannels * network.InputHeight * network.InputWidth, batch = network.MaxBatch + 1;
        float[] x = RandomTensor.Normal(batch * image, seed), y = new float[batch * network.OutputLength];
        new NetworkOracle(module, calibrate: true).Run(x.AsSpan(0, image), network.InputChannels, network.InputHeight, network.InputWidth);
        var oracle = new NetworkOracle(module, calibrate: false);
        double[] expected = [.. Enumerable.Range(0, batch).SelectMany(n => oracle.Run(x.AsSpan(n * image, image), network.InputChannels, network.InputHeight, network.InputWidth))];
        float[]? first = null;
        foreach (int threads in new[] { 1, 2, 3 })
        {
            module.Threads = threads;
            Array.Clear(y);
            module.Forward(x, y, network.InputHeight, network.InputWidth);
            Close.AssertEqual(expected, y, Tolerance, "output");
            Close.AssertSameBits(first ??= [.. y], y, $"output on {threads} threads");
        }
    }
}
