using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Numerics;

/// <summary>Random shapes, settings, batches and threads against the oracle.</summary>
[Trait("Category", "Numeric")]
public class RandomGateTests(ITestOutputHelper log)
{
    private const int Declarations = 24;

    [Theory]
    [InlineData(20261122)]
    public void Random_gates_agree_with_the_oracle_and_with_themselves_on_any_number_of_threads(int seed)
    {
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        RandomGate[] gates = [.. Enumerable.Range(0, Declarations).Select(_ => RandomGate.Draw(random))];
        IReadOnlyList<IModule> modules = ModuleCompiler.Create(gates.Select(g => g.Arguments));
        for (int i = 0; i < gates.Length; i++)
        {
            try
            {
                modules[i].Threads = 1 + i % 3;
                int batch = random.Next(1, gates[i].MaxBatch + 1);
                GateCheck.Against(gates[i].Settings, modules[i], batch, gates[i].Height, gates[i].Width, seed + i);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, declaration {i}: [SEBlock({gates[i].Arguments})] at {gates[i].Height} x {gates[i].Width}: {e.Message}", e);
            }
        }
    }
}
