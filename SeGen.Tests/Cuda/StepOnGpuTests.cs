using SeGen.Cuda;
using SeGen.Cuda.Networks;

namespace SeGen.Tests.Cuda;

/// <summary>The end of a training step on a GPU: the loss and the optimizers.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public class StepOnGpuTests : NetworkOnGpuTest
{
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

    /// <summary>From the same gradients: SGD to the last bit, Adam but for the rounding of its factors.</summary>
    [Theory]
    [InlineData("sgd", 0)]
    [InlineData("momentum", 0)]
    [InlineData("nesterov", 0)]
    [InlineData("adam", 2e-6)]
    [InlineData("adamw", 2e-6)]
    public void An_optimizer_changes_values_as_the_cpu_does(string kind, double tolerance)
    {
        CudaBlock cpu = new(1), own = new(1);
        Optimizer expected = Optimizer(kind, cpu), actual = Optimizer(kind, own);
        GpuContext context = GpuRuntime.Open(null);
        using var launcher = new GpuLauncher(context);
        using var weights = new GpuWeights(context, own.Parameters);
        weights.Update();
        using var device = new OptimizerOnGpu(context, weights, actual, context.Module(CudaModules.Training<CudaBlock>()));
        for (int step = 0; step < 6; step++)
        {
            expected.LearningRate = actual.LearningRate = 0.1f / (step + 1);
            float[] gradients = Values(weights.Length, step);
            int at = 0;
            foreach ((Parameter a, Parameter b) in cpu.Parameters.Zip(own.Parameters))
            {
                if (a.IsTrainable)
                {
                    gradients.AsSpan(at, a.Length).CopyTo(a.Gradient);
                    gradients.AsSpan(at, a.Length).CopyTo(b.Gradient);
                }

                at += a.Length;
            }

            expected.Step();
            if (step == 3)
            {
                // One on the host in between, from which the device goes on.
                actual.Step();
                weights.Update();
            }
            else
            {
                context.Upload(weights.Gradients, System.Runtime.InteropServices.MemoryMarshal.Cast<float, uint>(gradients));
                device.Step(launcher);
            }

            // As Synchronize does.
            weights.Bring(0, isWhole: true);
            device.Bring();
            foreach ((Parameter a, Parameter b) in cpu.Parameters.Zip(own.Parameters))
                Near(a.Values.ToArray(), b.Values.ToArray(), tolerance, a.Name);

            for (int p = 0; p < cpu.Parameters.Count; p++)
            {
                Assert.Equal(expected.StateOf(p).Steps, actual.StateOf(p).Steps);
                foreach ((float[] a, float[] b) in expected.StateOf(p).Buffers.Zip(actual.StateOf(p).Buffers))
                    Near(a, b, tolerance, kind);
            }
        }
    }

    [Theory]
    [InlineData(0f, 10, 4)]
    [InlineData(0.1f, 10, 4)]
    [InlineData(0.2f, 70, 9)]
    public void The_loss_and_its_gradient_are_the_cpus(float smoothing, int classes, int samples)
    {
        using GpuModule gpu = new CudaBlock(1).CreateCuda(GpuPolicy.Require);
        var loss = new CrossEntropyLoss(smoothing);
        float[] logits = [.. Values(samples * classes, 3).Select(v => 5 * v)], expected = new float[logits.Length], actual = new float[logits.Length], one = new float[1];
        int[] targets = [.. Enumerable.Range(0, samples).Select(n => n == 1 ? -100 : n * 7 % classes)];
        float wanted = loss.Forward(logits, targets, expected);
        using GpuBuffer from = gpu.Allocate(logits.Length), to = gpu.Allocate(logits.Length), mean = gpu.Allocate(1);
        foreach (GpuBuffer gradient in new[] { to, from })
        {
            from.CopyFrom(logits);
            gpu.Loss(loss, from, targets, gradient, mean);
            mean.CopyTo(one);
            gradient.CopyTo(actual);
            Assert.Equal(wanted, one[0], 1e-5f * wanted);
            Near(expected, actual, 2e-6);
        }

        Assert.Contains("Target 0 is 99", Assert.Throws<ArgumentException>(() => gpu.Loss(loss, from, [99, .. targets.Skip(1)], null, mean)).Message, StringComparison.Ordinal);
        Assert.Contains("no whole rows", Assert.Throws<ArgumentException>(() => gpu.Loss(loss, from, new int[samples + logits.Length], null, mean)).Message, StringComparison.Ordinal);
    }

    /// <summary>Of a network whose gradients are more than the launch has threads.</summary>
    [Theory]
    [InlineData(0.01f)]
    [InlineData(0.5f)]
    [InlineData(1e6f)]
    public void Gradients_are_clipped_as_on_the_cpu(float limit)
    {
        CudaSEResNet20 own = new(1);
        GpuContext context = GpuRuntime.Open(null);
        using var launcher = new GpuLauncher(context);
        using var weights = new GpuWeights(context, own.Parameters);
        using var clipping = new ClippingOnGpu(context, weights, context.Module(CudaModules.Training<CudaBlock>()));
        using var norm = new CudaMemory(context.Device, 1);
        Assert.InRange(weights.Length, 200_000, 300_000);
        float[] gradients = Values(weights.Length, 1), scaled = new float[weights.Length], before = new float[1];
        int at = 0;
        foreach (Parameter parameter in own.Parameters)
        {
            Span<float> of = gradients.AsSpan(at, parameter.Length);
            if (parameter.IsTrainable)
                of.CopyTo(parameter.Gradient);
            else
                of.Clear();

            at += parameter.Length;
        }

        context.Upload(weights.Gradients, System.Runtime.InteropServices.MemoryMarshal.Cast<float, uint>(gradients));
        clipping.Run(launcher, limit, norm.Address);
        Download(context, weights.Gradients, scaled);
        Download(context, norm.Address, before);
        Assert.Equal(own.Parameters.ClipGradientNorm(limit), before[0], 1e-5f * before[0]);
        Near([.. own.Parameters.SelectMany(p => p.IsTrainable ? p.Gradient.ToArray() : new float[p.Length])], scaled, 1e-6);
        Assert.Equal(Math.Min(limit, before[0]), Math.Sqrt(scaled.Sum(g => (double)g * g)), 1e-4 * Math.Min(limit, before[0]));
    }

    /// <summary>A broken step shows, as in PyTorch, and is over when the weights are sound again: nothing of it is left in what the device keeps.</summary>
    [Fact]
    public void A_norm_that_is_no_number_leaves_no_number_for_one_step()
    {
        CudaBlock cpu = new(1);
        float[][] sound = [.. cpu.Parameters.Select(p => p.Values.ToArray())];
        using GpuModule gpu = cpu.CreateCuda(GpuPolicy.Require);
        using GpuBuffer x = gpu.Allocate(CudaBlock.InputLength), y = gpu.Allocate(CudaBlock.OutputLength), norm = gpu.Allocate(1);
        var optimizer = new SgdOptimizer(cpu.Parameters, 0.1f);
        x.CopyFrom(Values(x.Length, 1));
        float[] change = Values(y.Length, 2), one = new float[1];
        foreach (bool isBroken in new[] { true, false })
        {
            foreach ((Parameter parameter, float[] values) in cpu.Parameters.Zip(sound))
                values.CopyTo(parameter.Write());

            gpu.ForwardTraining(x, y);
            y.CopyFrom([.. change.Select((c, i) => isBroken && i == 3 ? float.NaN : c)]);
            gpu.Backward(y, null);
            gpu.ClipGradientNorm(1, norm);
            gpu.Optimize(optimizer);
            gpu.Synchronize();
            norm.CopyTo(one);
            Assert.Equal(isBroken, float.IsNaN(one[0]));
            Assert.All(cpu.Parameters.Where(p => p.IsTrainable), p => Assert.All(p.Values.ToArray(), v => Assert.Equal(isBroken, float.IsNaN(v))));
        }
    }

    /// <summary>Whoever writes to parameters that the device has changed hears of it, whatever he calls next; nothing is overwritten.</summary>
    [Fact]
    public void Changes_on_both_sides_are_said()
    {
        CudaBlock cpu = new(1);
        using GpuModule gpu = cpu.CreateCuda(GpuPolicy.Require);
        using GpuBuffer x = gpu.Allocate(CudaBlock.InputLength), y = gpu.Allocate(CudaBlock.OutputLength);
        Optimize(gpu, x, y, new SgdOptimizer(cpu.Parameters, 0.1f));
        cpu.Parameters[0].Write()[0] = 1;
        Assert.Contains("make another", Assert.Throws<InvalidOperationException>(() => gpu.Forward(x, y)).Message, StringComparison.Ordinal);
        Assert.Contains("make another", Assert.Throws<InvalidOperationException>(gpu.Synchronize).Message, StringComparison.Ordinal);
        Assert.Equal(1, cpu.Parameters[0].Values[0]);
    }

    /// <summary>What goes to the device in a step goes by memory that a copy is done with: the host waits for no kernel.</summary>
    [Fact]
    public void A_step_does_not_wait_for_the_device()
    {
        CudaResidualNet cpu = new(1);
        using GpuModule gpu = cpu.CreateCuda(GpuPolicy.Require);
        using GpuBuffer x = gpu.Allocate(CudaResidualNet.InputLength), y = gpu.Allocate(CudaResidualNet.OutputLength), mean = gpu.Allocate(1);
        var optimizer = new SgdOptimizer(cpu.Parameters, 0.01f);
        var loss = new CrossEntropyLoss();
        x.CopyFrom(Values(x.Length, 1));
        int[] targets = [3];
        Step();
        FakeDriver.Gpu.Calls.Clear();
        for (int step = 0; step < 10; step++)
            Step();

        Assert.DoesNotContain("cuStreamSynchronize", FakeDriver.Gpu.Calls);

        // A place is waited for before it is written, which was long ago; there are two uploads in each step.
        Assert.Equal(20, FakeDriver.Gpu.Calls.Count(c => c == "cuEventSynchronize"));

        void Step()
        {
            gpu.ForwardTraining(x, y);
            gpu.Loss(loss, y, targets, y, mean);
            gpu.Backward(y, null);
            gpu.Optimize(optimizer);
        }
    }

    [Fact]
    public void What_does_not_belong_together_is_refused()
    {
        CudaBlock cpu = new(1);
        using GpuModule gpu = cpu.CreateCuda(GpuPolicy.Require);
        using GpuBuffer x = gpu.Allocate(CudaBlock.InputLength), y = gpu.Allocate(CudaBlock.OutputLength);
        var optimizer = new SgdOptimizer(cpu.Parameters, 0.1f);
        Optimize(gpu, x, y, optimizer);
        Assert.Contains("no gradients on the GPU", Assert.Throws<InvalidOperationException>(() => gpu.Optimize(optimizer)).Message, StringComparison.Ordinal);
        Assert.Contains("ClipGradientNorm comes after Backward", Assert.Throws<InvalidOperationException>(() => gpu.ClipGradientNorm(1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("limit", () => gpu.ClipGradientNorm(float.NaN));
        Assert.Contains("other parameters", Assert.Throws<ArgumentException>(() => gpu.Optimize(new SgdOptimizer(new CudaBlock(1).Parameters, 0.1f))).Message, StringComparison.Ordinal);
    }

    /// <summary>A step whose gradient is the output itself.</summary>
    private static void Optimize(GpuModule gpu, GpuBuffer x, GpuBuffer y, Optimizer optimizer)
    {
        x.CopyFrom(Values(x.Length, 1));
        gpu.ForwardTraining(x, y);
        gpu.Backward(y, null);
        gpu.Optimize(optimizer);
    }

    private static unsafe void Download(GpuContext context, ulong from, float[] to)
    {
        fixed (float* start = to)
        {
            context.Stream.Download(start, from, to.Length);
            context.Stream.Synchronize();
        }
    }

    private static Optimizer Optimizer(string kind, IModule module) => kind switch
    {
        "sgd" => new SgdOptimizer(module.Parameters, 0.1f, weightDecay: 0.01f) { Decays = WeightDecay.ExceptVectors },
        "momentum" => new SgdOptimizer(module.Parameters, 0.1f, momentum: 0.8f, dampening: 0.3f),
        "nesterov" => new SgdOptimizer(module.Parameters, 0.1f, momentum: 0.9f, weightDecay: 0.01f, nesterov: true),
        "adam" => new AdamOptimizer(module.Parameters, 0.01f, weightDecay: 0.01f),
        _ => new AdamWOptimizer(module.Parameters, 0.01f),
    };
}
