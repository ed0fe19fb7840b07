using System.Diagnostics;
using SeGen.Tests.Support;

namespace SeGen.Tests.Checkpoints;

/// <summary>A load while others compute: every result is of the old weights or of the new ones, whole.</summary>
[Trait("Category", "Numeric")]
public class LoadWhileForwardTests
{
    [Fact]
    public void A_gate_computes_with_one_set_of_weights_from_a_calls_beginning_to_its_end()
        => Check(new LoadedGate(1), LoadedGate.InputLength, [Weights(new LoadedGate(2)), Weights(new LoadedGate(3))], batch: 5);

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void So_does_a_network_on_any_number_of_threads(int batch)
        => Check(new NamedResiduals(1), NamedResiduals.InputLength, [Weights(new NamedResiduals(2)), Weights(new NamedResiduals(3))], batch);

    private static void Check(IModule module, int inputLength, byte[][] files, int batch)
    {
        float[] x = RandomTensor.Normal(batch * inputLength, 1);
        float[][] expected = [.. files.Select(file =>
        {
            module.LoadWeights(file);
            return Forward(module, x, batch);
        })];
        Assert.NotEqual(expected[0], expected[1]);
        using var stop = new CancellationTokenSource();
        int[] seen = new int[2];

        // Threads of their own: the pool's may be busy with other tests until all loads are done.
        Task[] callers = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(Call, stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 300 || (seen.Min() == 0 && clock.Elapsed.TotalMinutes < 1); i++)
            module.LoadWeights(files[i % 2]);

        stop.Cancel();
        Task.WaitAll(callers);
        Assert.All(seen, s => Assert.True(s > 0));

        void Call()
        {
            while (!stop.IsCancellationRequested)
            {
                float[] y = Forward(module, x, batch);
                int which = y.AsSpan().SequenceEqual(expected[0]) ? 0 : y.AsSpan().SequenceEqual(expected[1]) ? 1 : -1;
                Assert.True(which >= 0, "An output is of neither set of weights.");
                Interlocked.Increment(ref seen[which]);
            }
        }
    }

    private static float[] Forward(IModule module, float[] x, int batch)
    {
        float[] y = new float[batch * (module is LoadedGate ? LoadedGate.OutputLength : NamedResiduals.OutputLength)];
        module.Forward(x, y);
        return y;
    }

    private static byte[] Weights(IModule module)
    {
        using var directory = new TemporaryDirectory();
        module.SaveWeights(directory.File("weights.safetensors"));
        return File.ReadAllBytes(directory.File("weights.safetensors"));
    }
}

/// <summary>A gate that runs a batch in slices of two.</summary>
[SEBlock(Channels = 96, Reduction = 4, Height = 9, Width = 9, MaxBatch = 2)]
public partial class LoadedGate;
