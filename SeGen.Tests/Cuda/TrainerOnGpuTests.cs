using SeGen.Tests.Checkpoints;

namespace SeGen.Tests.Cuda;

/// <summary>The trainer with steps on a GPU: it ends where the CPU's does, interrupted or not.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public class TrainerOnGpuTests : NetworkOnGpuTest
{
    private const int Epochs = 2;

    /// <summary>Batches of 2, 2 and 1, with clipping, dropout, momentum and a schedule.</summary>
    [Fact]
    public void A_run_ends_where_the_cpus_ends()
    {
        CudaResidualNet cpu = new(1), own = new(1);
        List<TrainingProgress> expected = [], actual = [];
        Create(o => new Trainer(cpu, o) { BatchSize = 2, Seed = 5, ClipNorm = 0.7f, Schedule = Schedule, Progress = expected.Add }, cpu).Train(new Images(5), Epochs);
        using GpuModule gpu = own.CreateCuda(GpuPolicy.Require);
        Create(o => new Trainer(gpu, o) { BatchSize = 2, Seed = 5, ClipNorm = 0.7f, Schedule = Schedule, Progress = actual.Add }, own).Train(new Images(5), Epochs);

        foreach ((Parameter a, Parameter b) in cpu.Parameters.Zip(own.Parameters))
        {
            Near(a.Values.ToArray(), b.Values.ToArray(), 5e-3, a.Name, 0.05);
            Assert.Equal(a.Batches, b.Batches);
        }

        Assert.Equal(expected.Select(p => (p.Epoch, p.Step, p.Samples, p.Accuracy, p.LearningRate)), actual.Select(p => (p.Epoch, p.Step, p.Samples, p.Accuracy, p.LearningRate)));
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First.Loss, p.Second.Loss, 2e-3));

        Evaluation onHost = Trainer.Evaluate(own, new Images(5), 2), onGpu = Trainer.Evaluate(gpu, new Images(5), 2);
        Assert.Equal(onHost.Loss, onGpu.Loss, 1e-4);
        Assert.Equal(onHost.Confusion, onGpu.Confusion);
    }

    /// <summary>The state on disk has what the device had: a run that is cut off and goes on ends in the same bits.</summary>
    [Fact]
    public void A_run_that_is_interrupted_ends_in_the_same_bits()
    {
        using var folder = new TemporaryDirectory();
        float[] whole = Run(folder.File("whole.safetensors"), until: int.MaxValue);
        string path = folder.File("cut.safetensors");
        foreach (int until in new[] { 2, 2, int.MaxValue })
        {
            float[] parameters = Run(path, until);
            if (until == int.MaxValue)
                Assert.Equal(whole, parameters);
        }
    }

    /// <summary>A run that breaks off leaves the host what the device had; a state that is read is not overwritten by what the device still has of steps by hand.</summary>
    [Fact]
    public void A_run_that_crashes_goes_on_with_the_same_module()
    {
        using var folder = new TemporaryDirectory();
        float[] whole = Run(folder.File("whole.safetensors"), until: int.MaxValue);
        CudaBlock own = new(1);
        using GpuModule gpu = own.CreateCuda(GpuPolicy.Require);
        int left = 2;
        var optimizer = new AdamOptimizer(own.Parameters, 0.01f);
        Trainer Next() => new(gpu, optimizer)
        {
            BatchSize = 2,
            Seed = 3,
            StateFile = folder.File("cut.safetensors"),
            Progress = _ =>
            {
                if (--left == 0)
                    throw new InvalidOperationException("crash");
            },
        };
        Assert.Equal("crash", Assert.Throws<InvalidOperationException>(() => Next().Train(Images.OfBlock(5), Epochs)).Message);
        float[] afterCrash = Parameters(own);
        gpu.Synchronize();
        Assert.Equal(afterCrash, Parameters(own));
        Assert.Equal(2, optimizer.StateOf(0).Steps);

        using (GpuBuffer x = gpu.Allocate(CudaBlock.InputLength), y = gpu.Allocate(CudaBlock.OutputLength))
        {
            x.CopyFrom(Values(x.Length, 1));
            gpu.ForwardTraining(x, y);
            gpu.Backward(y, null);
            gpu.Optimize(optimizer);
        }

        Trainer second = Next();
        Assert.True(second.TryResume());
        second.Train(Images.OfBlock(5), Epochs);
        Assert.Equal(whole, Parameters(own));
    }

    /// <summary>Without a GPU the same program trains on the CPU, to the same bits as a trainer of the module itself.</summary>
    [Fact]
    public void Without_a_gpu_it_is_the_cpus_run()
    {
        CudaResidualNet cpu = new(1), own = new(1);
        Create(o => new Trainer(cpu, o) { BatchSize = 2, ClipNorm = 1 }, cpu).Train(new Images(5), 1);
        using GpuModule gpu = own.CreateCuda(GpuPolicy.Off);
        Create(o => new Trainer(gpu, o) { BatchSize = 2, ClipNorm = 1 }, own).Train(new Images(5), 1);
        Assert.Equal(Parameters(cpu), Parameters(own));
    }

    [Fact]
    public void Memory_is_given_back_and_what_cannot_be_trained_is_said()
    {
        CudaBlock own = new(1);
        using GpuModule gpu = own.CreateCuda(GpuPolicy.Require);
        int during = 0;
        Create(o => new Trainer(gpu, o) { BatchSize = 2, Progress = _ => during = Gpu.Alive }, own).Train(Images.OfBlock(2), 4);

        // The images, the logits, their gradient and the loss.
        Assert.Equal(4, during - Gpu.Alive);

        Assert.Throws<ArgumentException>("optimizer", () => new Trainer(gpu, new SgdOptimizer(new CudaResidualNet(2).Parameters, 1)));
        Assert.Throws<ArgumentNullException>("module", () => new Trainer((GpuModule)null!, null!));
        var gate = new CudaWarpGate(1);
        using GpuModule ofGate = gate.CreateCuda(GpuPolicy.Require);
        Assert.Contains("a gate alone", Assert.Throws<NotSupportedException>(() => new Trainer(ofGate, new SgdOptimizer(gate.Parameters, 1))).Message, StringComparison.Ordinal);
        CudaStrictNet strict = new(1);
        using GpuModule inference = strict.CreateCuda(GpuPolicy.Require);
        Assert.Contains("InferenceOnly", Assert.Throws<NotSupportedException>(() => new Trainer(inference, new SgdOptimizer(strict.Parameters, 1))).Message, StringComparison.Ordinal);
    }

    private static LearningRateSchedule Schedule => LearningRateSchedule.Cosine(0.05f, 6);

    private static Trainer Create(Func<Optimizer, Trainer> create, IModule module) => create(new SgdOptimizer(module.Parameters, 0.05f, 0.9f, weightDecay: 0.01f, nesterov: true));

    private static float[] Run(string path, int until)
    {
        CudaBlock own = new(1);
        using GpuModule gpu = own.CreateCuda(GpuPolicy.Require);
        using var cancelled = new CancellationTokenSource();
        var trainer = new Trainer(gpu, new AdamOptimizer(own.Parameters, 0.01f))
        {
            BatchSize = 2,
            Seed = 3,
            StateFile = path,
            Progress = _ =>
            {
                if (--until == 0)
                    cancelled.Cancel();
            },
        };
        trainer.TryResume();
        try
        {
            trainer.Train(Images.OfBlock(5), Epochs, cancelled.Token);
        }
        catch (OperationCanceledException)
        {
            // Goes on in the next run, from the file.
        }

        return Parameters(own);
    }

    private static float[] Parameters(IModule module) => [.. module.Parameters.SelectMany(p => p.Values.ToArray())];

    private sealed class Images(int count, int length = CudaResidualNet.InputLength, int classes = CudaResidualNet.OutputLength, int height = 22, int width = 20) : ITrainingData
    {
        /// <summary>A block's output taken for logits: fast, and with batch norms and a gate all the same.</summary>
        public static Images OfBlock(int count) => new(count, CudaBlock.InputLength, CudaBlock.OutputLength, 12, 10);

        public int Count => count;

        public int Height => height;

        public int Width => width;

        public int SampleLength => length;

        public int Classes => classes;

        public int Read(int index, int epoch, Span<float> sample)
        {
            Values(length, index).CopyTo(sample);
            return index % 3;
        }
    }
}
