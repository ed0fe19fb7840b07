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

    [Fact]
    public void Training_says_that_it_is_the_cpus()
    {
        (IModule _, GpuModule gpu, int input, int output) = Network("block");
        using (gpu)
            Assert.Contains("trains on the CPU", Assert.Throws<NotSupportedException>(() => gpu.ForwardTraining(new float[input], new float[output])).Message, StringComparison.Ordinal);
    }

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

    private static void Near(float[] expected, float[] actual)
    {
        double largest = expected.Select(Math.Abs).Max(), error = expected.Zip(actual, (e, a) => (double)Math.Abs(e - a)).Max();
        Assert.True(error <= 2e-5 * largest, $"error {error}, largest {largest}");
    }
}
