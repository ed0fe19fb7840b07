using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Tests that count what the whole process allocates run alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

/// <summary>No allocation after the first call of a thread, workers included.</summary>
[Collection(nameof(Alone))]
[Trait("Category", "Numeric")]
public class AllocationTests
{
    private const int Calls = 1000;

    // Other parts of the test process (its own logging, timers) may allocate a little meanwhile. The smallest object has 24 bytes, so
    // this is one for every sixth call; the calling thread, which nobody else allocates on, must not allocate at all.
    private const long Noise = 4 * Calls;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_thousand_forward_passes_allocate_nothing(int threads)
    {
        var module = new Threaded { Threads = threads };
        float[] x = RandomTensor.Normal(2 * Threaded.InputLength, 1), y = new float[x.Length];
        AssertNothingAllocated(() => module.Forward(x, y));
    }

    [Fact]
    public void A_thousand_forward_passes_of_any_size_allocate_nothing()
    {
        var module = new ThreadedAny { Threads = 2 };
        float[] x = RandomTensor.Normal(100 * 9 * 9, 1), y = new float[x.Length];
        AssertNothingAllocated(() => module.Forward(x, y, 9, 9));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_thousand_forward_passes_of_networks_allocate_nothing(int threads)
    {
        // Small maps: what the process allocates meanwhile grows with the time that a thousand calls take without vectors.
        var fixedSize = new NamedResiduals { Threads = threads };
        var anySize = new Residual16Any { Threads = threads };
        float[] x = RandomTensor.Normal(2 * 16 * 3 * 3, 1), y = new float[x.Length];
        AssertNothingAllocated(() =>
        {
            fixedSize.Forward(x.AsSpan(0, 2 * NamedResiduals.InputLength), y.AsSpan(0, 2 * NamedResiduals.OutputLength));
            anySize.Forward(x, y, 3, 3);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_thousand_training_steps_allocate_nothing(int threads)
    {
        var module = new Bias32 { Threads = threads };
        float[] x = RandomTensor.Normal(2 * Bias32.InputLength, 1), dy = RandomTensor.Normal(x.Length, 2), y = new float[x.Length], dx = new float[x.Length];
        AssertNothingAllocated(() =>
        {
            module.Parameters.ZeroGradients();
            module.ForwardTraining(x, y);
            module.Backward(dy, dx);
            module.ForwardTrainingByReference(x, y);
            module.Backward(dy, dx);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_thousand_training_steps_of_networks_allocate_nothing(int threads)
    {
        // Small ones, as above.
        var module = new TinyNet { Threads = threads };
        var any = new Residual24To40Any { Threads = threads };
        var optimizer = new SgdOptimizer(any.Parameters, 1e-6f, 0.9f);
        float[] x = RandomTensor.Normal(2 * 24 * 2 * 3, 1), y = new float[2 * 40 * 2], dx = new float[x.Length];
        AssertNothingAllocated(() =>
        {
            module.ForwardTraining(x.AsSpan(0, 2 * TinyNet.InputLength), y.AsSpan(0, 2 * TinyNet.OutputLength));
            module.Backward(y.AsSpan(0, 2 * TinyNet.OutputLength), dx.AsSpan(0, 2 * TinyNet.InputLength));
            any.Parameters.ZeroGradients();
            any.ForwardTraining(x, y, 2, 3);
            any.Backward(y, dx);
            optimizer.Step();
        });
    }

    [Fact]
    public void Packing_changed_weights_allocates_nothing()
    {
        var module = new Bias32 { Threads = 1 };
        float[] x = RandomTensor.Normal(Bias32.InputLength, 1), y = new float[x.Length];
        AssertNothingAllocated(() =>
        {
            module.Parameters["fc1.weight"].Write()[0] += 0.001f;
            module.Forward(x, y);
        });
    }

    private static void AssertNothingAllocated(Action call)
    {
        for (int i = 0; i < 50; i++)
            call();

        // The smallest of a few runs: what the call itself allocates is in all of them, what the runtime does once is not.
        long least = long.MaxValue, leastHere = long.MaxValue;
        for (int run = 0; run < 20 && (least > Noise || leastHere > 0); run++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true), beforeHere = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
                call();

            leastHere = Math.Min(leastHere, GC.GetAllocatedBytesForCurrentThread() - beforeHere);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(0, leastHere);
        Assert.True(least <= Noise, $"{Calls} calls allocated {least} bytes.");
    }
}
