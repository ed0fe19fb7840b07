using SeGen.Cuda;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>Training of networks on a GPU.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public class NetworkTrainingOnGpuTests : NetworkOnGpuTest
{
    [Theory]
    [InlineData("residual", false)]
    [InlineData("inverted", false)]
    [InlineData("odd", false)]
    [InlineData("block", false)]
    [InlineData("odd", true)]
    public void Training_is_the_cpus(string name, bool isFrozen)
    {
        (IModule cpu, GpuModule unused, int input, int output) = Network(name);
        unused.Dispose();
        (IModule own, GpuModule gpu, _, _) = Network(name);
        cpu.FreezeStatistics = own.FreezeStatistics = isFrozen;
        cpu.DropoutSeed = own.DropoutSeed = 7;
        using (gpu)
        {
            const int Batch = 2;
            for (int step = 0; step < 2; step++)
            {
                float[] x = Values(Batch * input, step), dy = Values(Batch * output, step + 20), expected = new float[dy.Length], actual = new float[dy.Length], dx = new float[x.Length], change = new float[x.Length];
                cpu.ForwardTraining(x, expected);
                gpu.ForwardTraining(x, actual);
                Near(expected, actual);
                cpu.Backward(dy, dx);
                gpu.Backward(dy, change);
                Near(dx, change, 1e-4);

                // What is zero but for rounding, as a bias's gradient in front of a batch norm, is measured by the others.
                double largest = cpu.Parameters.Where(p => p.IsTrainable).Max(p => p.Gradient.ToArray().Select(Math.Abs).DefaultIfEmpty().Max());
                foreach ((Parameter a, Parameter b) in cpu.Parameters.Zip(own.Parameters))
                {
                    if (a.IsTrainable)
                        Near(a.Gradient.ToArray(), b.Gradient.ToArray(), 2e-4, a.Name, largest / 100);
                    else
                        Near(a.Values.ToArray(), b.Values.ToArray(), 1e-5, a.Name);
                }
            }
        }
    }

    /// <summary>On tensor cores in inference and training, as near as TF32 is.</summary>
    [Theory]
    [InlineData("residual")]
    [InlineData("inverted")]
    [InlineData("odd")]
    public void Tensor_cores_are_near(string name)
    {
        GpuSettings.TensorCores = true;
        (IModule cpu, GpuModule unused, int input, int output) = Network(name);
        unused.Dispose();
        (IModule own, GpuModule gpu, _, _) = Network(name);
        cpu.FreezeStatistics = own.FreezeStatistics = true;
        using (gpu)
        {
            float[] x = Values(2 * input, 1), dy = Values(2 * output, 2), expected = new float[dy.Length], actual = new float[dy.Length];
            cpu.Forward(x, expected);
            gpu.Forward(x, actual);
            Near(expected, actual, 5e-3);
            Assert.NotEqual(expected, actual);
            cpu.ForwardTraining(x, expected);
            gpu.ForwardTraining(x, actual);
            Near(expected, actual, 5e-3);
            cpu.Backward(dy, []);
            gpu.Backward(dy, []);
            double largest = cpu.Parameters.Where(p => p.IsTrainable).Max(p => p.Gradient.ToArray().Select(Math.Abs).DefaultIfEmpty().Max());
            foreach ((Parameter a, Parameter b) in cpu.Parameters.Zip(own.Parameters).Where(p => p.First.IsTrainable))
                Near(a.Gradient.ToArray(), b.Gradient.ToArray(), 2e-2, a.Name, largest / 10);
        }
    }

    /// <summary>Over the same buffers both ways are one launch of a graph each from the third time on, and compute the same.</summary>
    [Fact]
    public void A_way_over_the_same_buffers_becomes_a_graph()
    {
        CudaBlock cpu = new(1), own = new(1);
        using GpuModule gpu = own.CreateCuda(GpuPolicy.Require);
        using GpuBuffer x = gpu.Allocate(2 * CudaBlock.InputLength), y = gpu.Allocate(2 * CudaBlock.OutputLength), dx = gpu.Allocate(x.Length);
        float[] expected = new float[y.Length], actual = new float[y.Length], change = new float[x.Length], gradient = new float[x.Length];
        for (int step = 0; step < 4; step++)
        {
            float[] input = Values(x.Length, step), dy = Values(y.Length, step + 10);
            cpu.FreezeStatistics = own.FreezeStatistics = step == 3;
            cpu.ForwardTraining(input, expected);
            cpu.Backward(dy, gradient);
            x.CopyFrom(input);
            int launches = Gpu.Calls.Count(c => c == "cuLaunchKernel");
            gpu.ForwardTraining(x, y);
            y.CopyTo(actual);
            y.CopyFrom(dy);
            gpu.Backward(y, dx);
            dx.CopyTo(change);
            Near(expected, actual);
            Near(gradient, change, 1e-4);

            // First as they are, then written down, then as graphs; frozen statistics are another graph's.
            Assert.Equal(step is 0 or 1 or 3, Gpu.Calls.Count(c => c == "cuLaunchKernel") > launches);
        }

        gpu.Synchronize();
        Near(cpu.Parameters["bn1.running_mean"].Values.ToArray(), own.Parameters["bn1.running_mean"].Values.ToArray());
        Near(cpu.Parameters["conv1.weight"].Gradient.ToArray(), own.Parameters["conv1.weight"].Gradient.ToArray(), 1e-4);
    }

    /// <summary>Chunks of unequal length, and several for each lane, one of which has fewer.</summary>
    [Fact]
    public void Statistics_of_many_chunks_are_the_cpus()
    {
        CudaNormNet cpu = new(1), own = new(1);
        using GpuModule gpu = own.CreateCuda(GpuPolicy.Require);
        const int Batch = 17;
        float[] x = [.. Values(Batch * CudaNormNet.InputLength, 1).Select((v, i) => v * (1 + i % 1600 / 400) + i / 3200)], y = new float[Batch * CudaNormNet.OutputLength];
        float[] actual = new float[y.Length], dy = Values(y.Length, 2), dx = new float[x.Length], actualDx = new float[x.Length];
        cpu.ForwardTraining(x, y);
        cpu.Backward(dy, dx);
        gpu.ForwardTraining(x, actual);
        gpu.Backward(dy, actualDx);
        Near(y, actual);
        Near(dx, actualDx, 1e-4);
        foreach ((Parameter a, Parameter b) in cpu.Parameters.Zip(own.Parameters))
        {
            Near(a.Values.ToArray(), b.Values.ToArray(), 1e-5, a.Name);
            if (a.IsTrainable)
                Near(a.Gradient.ToArray(), b.Gradient.ToArray(), 1e-4, a.Name, 1e-2);
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100, isSilent: true));
        var net = new CudaResidualNet();
        using GpuModule gpu = net.CreateCuda();
        float[] x = Values(2 * CudaResidualNet.InputLength, 1), y = new float[2 * CudaResidualNet.OutputLength];
        using GpuBuffer from = gpu.Allocate(x.Length), to = gpu.Allocate(y.Length), mean = gpu.Allocate(1);
        int[] targets = [1, 2];
        var loss = new CrossEntropyLoss();
        var optimizer = new AdamOptimizer(net.Parameters);
        AllocatesNothing(
            () => gpu.Forward(x, y), () => gpu.Forward(from, to), () => gpu.ForwardTraining(x, y), () => gpu.Backward(y, x), () => gpu.ForwardTraining(from, to),
            () => gpu.Backward(to, null), gpu.Synchronize, () => gpu.ForwardTraining(from, to), () => gpu.Loss(loss, to, targets, to, mean), () => gpu.Backward(to, null));

        // What a step brings to the host at Synchronize is made anew there.
        Action step = () =>
        {
            gpu.ForwardTraining(from, to);
            gpu.Backward(to, null);
            gpu.ClipGradientNorm(1, mean);
            gpu.Optimize(optimizer);
        };
        AllocatesNothing(step);
    }
}
