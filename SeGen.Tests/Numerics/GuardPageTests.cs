using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Numerics;

/// <summary>Random declarations whose spans touch pages that may not be touched: nothing is read or written beyond an end.</summary>
[Trait("Category", "Numeric")]
[Trait("Category", "Campaign")]
public class GuardPageTests(ITestOutputHelper log)
{
    // In the suite those that the other random tests have compiled; in a campaign 300 of its own.
    private static readonly int Networks = Campaign.Of(20, 150), Gates = Campaign.Of(24, 150);

    private static readonly int Seed = Campaign.IsFull ? 20261201 : 20261123;

    [Fact]
    public void Random_networks_stay_within_what_they_are_given()
    {
        if (!GuardedMemory.IsSupported)
            return;

        var random = new Random(Seed);
        RandomNetwork[] networks = [.. Enumerable.Range(0, Networks).Select(_ => RandomNetwork.Draw(random))];
        log.WriteLine($"seed {Seed}: {Networks} networks");
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared(networks.Select(n => n.InferenceOnly));
        for (int i = 0; i < networks.Length; i++)
        {
            RandomNetwork n = networks[i];
            int image = n.InputChannels * n.InputHeight * n.InputWidth;
            Forward(modules[i], 1, image, n.OutputLength, n.InputHeight, n.InputWidth, i);
            Forward(modules[i], n.MaxBatch + 1, image, n.OutputLength, n.InputHeight, n.InputWidth, i);
        }
    }

    [Fact]
    public void Random_gates_stay_within_what_they_are_given_in_training_too()
    {
        if (!GuardedMemory.IsSupported)
            return;

        int seed = Campaign.IsFull ? Seed : 20261122;
        var random = new Random(seed);
        RandomGate[] gates = [.. Enumerable.Range(0, Gates).Select(_ => RandomGate.Draw(random))];
        log.WriteLine($"seed {seed}: {Gates} gates");
        IReadOnlyList<IModule> modules = ModuleCompiler.Create(gates.Select(g => g.Arguments));
        for (int i = 0; i < gates.Length; i++)
        {
            int image = gates[i].Settings.Channels * gates[i].Height * gates[i].Width;
            foreach (int batch in new[] { 1, gates[i].MaxBatch })
            {
                Forward(modules[i], batch, image, image, gates[i].Height, gates[i].Width, i);
                Train(modules[i], batch, image, gates[i].Height, gates[i].Width, i);
            }
        }
    }

    private static void Forward(IModule module, int batch, int input, int output, int height, int width, int seed)
    {
        float[] x = RandomTensor.Normal(batch * input, seed), expected = new float[batch * output];
        module.Threads = 2;
        module.Forward(x, expected, height, width);
        foreach ((bool from, bool to) in new[] { (true, true), (false, true), (true, false) })
        {
            using GuardedMemory read = new(x.Length, from), written = new(expected.Length, to);
            x.CopyTo(read.Span);
            module.Forward(read.Span, written.Span, height, width);
            Close.AssertSameBits(expected, written.Span, "output");
        }
    }

    private static void Train(IModule module, int batch, int image, int height, int width, int seed)
    {
        foreach (bool atEnd in new[] { true, false })
        {
            using GuardedMemory x = new(batch * image, atEnd), y = new(batch * image, atEnd), dy = new(batch * image, atEnd), dx = new(batch * image, atEnd);
            RandomTensor.Normal(batch * image, seed).CopyTo(x.Span);
            RandomTensor.Normal(batch * image, seed + 1).CopyTo(dy.Span);
            module.ForwardTraining(x.Span, y.Span, height, width);
            module.Backward(dy.Span, dx.Span);
            module.Backward(dy.Span, []);
        }
    }
}
