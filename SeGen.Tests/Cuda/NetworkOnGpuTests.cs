using SeGen.Cuda;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>Networks on a fake GPU compute what they compute on the CPU: inference by the same text that ships.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public class NetworkOnGpuTests : FakeGpuTest
{
    [Theory]
    [InlineData("residual")]
    [InlineData("inverted")]
    [InlineData("odd")]
    [InlineData("block")]
    public void The_output_is_the_cpus(string name)
    {
        (IModule cpu, GpuModule gpu, int input, int output) = Network(name);
        using (gpu)
        {
            Assert.True(gpu.IsOnGpu);
            foreach (int batch in new[] { 1, 3 })
            {
                float[] x = Values(batch * input, batch), expected = new float[batch * output], actual = new float[batch * output];
                cpu.Forward(x, expected);

                // The third call is the graph's second.
                for (int call = 0; call < 3; call++)
                {
                    Array.Clear(actual);
                    gpu.Forward(x, actual);
                    Near(expected, actual);
                }
            }
        }
    }

    [Fact]
    public void A_real_network_is_computed()
    {
        CudaSEResNet20 cpu = new(1);
        Stir(cpu);
        using GpuModule gpu = cpu.CreateCuda(GpuPolicy.Require);
        float[] x = Values(CudaSEResNet20.InputLength, 1), expected = new float[CudaSEResNet20.OutputLength], actual = new float[CudaSEResNet20.OutputLength];
        cpu.Forward(x, expected);
        gpu.Forward(x, actual);
        Near(expected, actual);
    }

    [Fact]
    public void Buffers_stay_on_the_device_and_weights_are_followed()
    {
        (IModule cpu, GpuModule gpu, int input, int output) = Network("block");
        using (gpu)
        using (GpuBuffer from = gpu.Allocate(2 * input), to = gpu.Allocate(2 * output))
        {
            float[] x = Values(2 * input, 5), expected = new float[2 * output], actual = new float[2 * output];
            for (int change = 0; change < 2; change++)
            {
                from.CopyFrom(x);
                gpu.Forward(from, to);
                to.CopyTo(actual);
                cpu.Forward(x, expected);
                Near(expected, actual);
                cpu.Parameters["bn2.running_var"].Write().Fill(2.5f);
                cpu.Parameters["conv1.weight"].Write()[0] += 3;
            }
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100, isSilent: true));
        using GpuModule gpu = new CudaResidualNet().CreateCuda();
        float[] x = Values(2 * CudaResidualNet.InputLength, 1), y = new float[2 * CudaResidualNet.OutputLength];
        using GpuBuffer from = gpu.Allocate(x.Length), to = gpu.Allocate(y.Length);
        Action[] calls =
        [
            () => gpu.Forward(x, y), () => gpu.Forward(from, to), () => gpu.ForwardTraining(x, y), () => gpu.Backward(y, x), () => gpu.ForwardTraining(from, to),
            () => gpu.Backward(to, null), gpu.Synchronize,
        ];
        foreach (Action call in calls.Concat(calls).Concat(calls))
            call();

        foreach (Action call in calls)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            call();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void Nothing_is_left_on_the_device()
    {
        int before = Gpu.Alive;
        (IModule _, GpuModule gpu, int input, int output) = Network("residual");
        gpu.Forward(Values(input, 1), new float[output]);
        gpu.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(Gpu.Alive <= before + 2, $"{Gpu.Alive} handles, {before} before");
    }

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

    /// <summary>Steps that never leave the device end where the CPU's end.</summary>
    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Steps_on_the_device_are_the_cpus(string kind)
    {
        CudaResidualNet cpu = new(1), own = new(1);
        cpu.DropoutSeed = own.DropoutSeed = 7;
        Optimizer expected = Optimizer(kind, cpu), actual = Optimizer(kind, own);
        var loss = new CrossEntropyLoss(0.1f);
        const int Batch = 2, Steps = 2;
        using GpuModule gpu = own.CreateCuda(GpuPolicy.Require);
        using GpuBuffer from = gpu.Allocate(Batch * CudaResidualNet.InputLength), to = gpu.Allocate(Batch * CudaResidualNet.OutputLength), mean = gpu.Allocate(1);
        float[] logits = new float[to.Length], change = new float[to.Length], one = new float[1];
        for (int step = 0; step < Steps; step++)
        {
            float[] x = Values(from.Length, step);
            int[] targets = [step, step == 1 ? -100 : 3];
            expected.LearningRate = actual.LearningRate = 0.05f / (step + 1);
            cpu.Parameters.ZeroGradients();
            cpu.ForwardTraining(x, logits);
            float wanted = loss.Forward(logits, targets, change);
            cpu.Backward(change, []);
            expected.Step();
            from.CopyFrom(x);
            gpu.ForwardTraining(from, to);
            gpu.Loss(loss, to, targets, to, mean);
            gpu.Backward(to, null);
            gpu.Optimize(actual);
            mean.CopyTo(one);
            Assert.Equal(wanted, one[0], 2e-3f);
        }

        float before = own.Parameters["fc.bias"].Values[0];
        gpu.Synchronize();
        Assert.NotEqual(before, own.Parameters["fc.bias"].Values[0]);
        foreach ((Parameter a, Parameter b) in cpu.Parameters.Zip(own.Parameters))
            Near(a.Values.ToArray(), b.Values.ToArray(), kind.StartsWith("adam", StringComparison.Ordinal) ? 5e-2 : 2e-3, a.Name, 0.05);

        Assert.Equal(expected.StateOf(0).Steps, actual.StateOf(0).Steps);
        Assert.Equal(Steps, actual.StateOf(0).Steps);
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

    [Fact]
    public void Strict_networks_have_no_products_on_tensor_cores()
    {
        GpuSettings.TensorCores = true;
        CudaStrictNet cpu = new(1);
        using GpuModule gpu = cpu.CreateCuda(GpuPolicy.Require);
        float[] x = Values(CudaStrictNet.InputLength, 1), expected = new float[CudaStrictNet.OutputLength], actual = new float[CudaStrictNet.OutputLength];
        cpu.Forward(x, expected);
        gpu.Forward(x, actual);
        Near(expected, actual);
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

    [Fact]
    public void Parameters_that_both_sides_have_changed_are_refused()
    {
        CudaBlock cpu = new(1);
        using GpuModule gpu = cpu.CreateCuda(GpuPolicy.Require);
        using GpuBuffer x = gpu.Allocate(CudaBlock.InputLength), y = gpu.Allocate(CudaBlock.OutputLength);
        x.CopyFrom(Values(x.Length, 1));
        var optimizer = new SgdOptimizer(cpu.Parameters, 0.1f);
        gpu.ForwardTraining(x, y);
        gpu.Backward(y, null);
        gpu.Optimize(optimizer);
        cpu.Parameters[0].Write()[0] = 1;
        Assert.Contains("call Synchronize", Assert.Throws<InvalidOperationException>(() => gpu.Forward(x, y)).Message, StringComparison.Ordinal);
        Assert.Contains("other parameters", Assert.Throws<ArgumentException>(() => gpu.Optimize(new SgdOptimizer(new CudaBlock(1).Parameters, 0.1f))).Message, StringComparison.Ordinal);
    }

    private static Optimizer Optimizer(string kind, IModule module) => kind switch
    {
        "sgd" => new SgdOptimizer(module.Parameters, 0.1f, weightDecay: 0.01f) { Decays = WeightDecay.ExceptVectors },
        "nesterov" => new SgdOptimizer(module.Parameters, 0.1f, momentum: 0.9f, weightDecay: 0.01f, nesterov: true),
        "adam" => new AdamOptimizer(module.Parameters, 0.01f, weightDecay: 0.01f),
        _ => new AdamWOptimizer(module.Parameters, 0.01f),
    };

    private static (IModule Cpu, GpuModule Gpu, int Input, int Output) Network(string name)
    {
        switch (name)
        {
            case "residual":
                CudaResidualNet residual = new(1);
                Stir(residual);
                return (residual, residual.CreateCuda(GpuPolicy.Require), CudaResidualNet.InputLength, CudaResidualNet.OutputLength);
            case "inverted":
                CudaInvertedNet inverted = new(1);
                Stir(inverted);
                return (inverted, inverted.CreateCuda(GpuPolicy.Require), CudaInvertedNet.InputLength, CudaInvertedNet.OutputLength);
            case "odd":
                CudaOddNet odd = new(1);
                Stir(odd);
                return (odd, odd.CreateCuda(GpuPolicy.Require), CudaOddNet.InputLength, CudaOddNet.OutputLength);
            default:
                CudaBlock block = new(1);
                Stir(block);
                return (block, block.CreateCuda(GpuPolicy.Require), CudaBlock.InputLength, CudaBlock.OutputLength);
        }
    }

    /// <summary>Statistics that are not those of a new network, so that a batch norm does something.</summary>
    private static void Stir(IModule module)
    {
        var random = new Random(9);
        foreach (Parameter parameter in module.Parameters.Where(p => !p.Name.Contains("conv", StringComparison.Ordinal)))
        {
            bool isVariance = parameter.Name.EndsWith("running_var", StringComparison.Ordinal);
            foreach (ref float value in parameter.Write())
                value = isVariance ? 0.5f + (float)random.NextDouble() : value + (float)random.NextDouble() * 0.2f - 0.1f;
        }
    }

    private static void Near(float[] expected, float[] actual, double tolerance = 2e-5, string name = "", double least = 1e-6)
    {
        double largest = expected.Select(Math.Abs).DefaultIfEmpty().Max(), error = expected.Zip(actual, (e, a) => (double)Math.Abs(e - a)).DefaultIfEmpty().Max();
        Assert.True(error <= tolerance * Math.Max(largest, least), $"{name}: error {error}, largest {largest}");
    }
}
