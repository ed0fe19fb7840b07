using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

[SEBlock(Channels = 100, Reduction = 8, Height = 41, Width = 43, MaxBatch = 5)]
internal sealed partial class Threaded;

[SEBlock(Channels = 100, Reduction = 8, MaxBatch = 5)]
internal sealed partial class ThreadedAny;

[SEBlock(Channels = 24, Reduction = 4, Height = 160, Width = 171, MaxBatch = 2)]
internal sealed partial class ThreadedLarge;

/// <summary>The same bits for every number of threads, in every way in which work is shared out.</summary>
[Trait("Category", "Numeric")]
public class ThreadCountTests
{
    private const int Height = 41, Width = 43;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_fixed_size_gives_the_same_bits_on_any_number_of_threads(int batch) => Check(() => new Threaded(), batch, 100, Height, Width);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Any_size_gives_the_same_bits_on_any_number_of_threads(int batch) => Check(() => new ThreadedAny(), batch, 100, Height, Width);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_image_larger_than_the_cache_gives_the_same_bits_on_any_number_of_threads(int batch) => Check(() => new ThreadedLarge(), batch, 24, 160, 171);

    [Fact]
    public void Many_threads_may_run_one_instance_at_once()
    {
        var module = new Threaded();
        float[][] inputs = [.. Enumerable.Range(0, 6).Select(i => RandomTensor.Normal(Threaded.InputLength, i))];
        float[][] expected = [.. inputs.Select(x => Run(module, x, Height, Width))];
        var failures = new List<Exception>();
        Thread[] threads = [.. inputs.Select((x, i) => new Thread(() =>
        {
            try
            {
                for (int repetition = 0; repetition < 50; repetition++)
                    Close.AssertSameBits(expected[i], Run(module, x, Height, Width), $"output of thread {i}");
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();

        foreach (Thread thread in threads)
            thread.Join();

        Assert.Empty(failures);
    }

    private static void Check(Func<IModule> create, int batch, int channels, int height, int width)
    {
        float[] x = RandomTensor.Normal(batch * channels * height * width, 1), dy = RandomTensor.Normal(x.Length, 2);
        IModule one = create();
        one.Threads = 1;
        (float[] y, float[] dx) = Step(one, x, dy, height, width);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            IModule many = create();
            many.Threads = threads;
            Close.AssertSameBits(Run(one, x, height, width), Run(many, x, height, width), $"output on {threads} threads");
            (float[] otherY, float[] otherDx) = Step(many, x, dy, height, width);
            Close.AssertSameBits(y, otherY, $"training output on {threads} threads");
            Close.AssertSameBits(dx, otherDx, $"input gradient on {threads} threads");
            foreach (Parameter parameter in one.Parameters)
                Close.AssertSameBits(parameter.Gradient, many.Parameters[parameter.Name].Gradient, $"{parameter.Name} on {threads} threads");
        }
    }

    private static float[] Run(IModule module, float[] x, int height, int width)
    {
        float[] y = new float[x.Length];
        module.Forward(x, y, height, width);
        return y;
    }

    private static (float[] Y, float[] Dx) Step(IModule module, float[] x, float[] dy, int height, int width)
    {
        float[] y = new float[x.Length], dx = new float[x.Length];
        module.ForwardTraining(x, y, height, width);
        module.Backward(dy, dx);
        return (y, dx);
    }
}
