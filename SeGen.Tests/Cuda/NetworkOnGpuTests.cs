using SeGen.Cuda;

namespace SeGen.Tests.Cuda;

/// <summary>Inference of networks on a GPU, by the same text that ships.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public class NetworkOnGpuTests : NetworkOnGpuTest
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
        Same(cpu, cpu.CreateCuda(GpuPolicy.Require), CudaSEResNet20.InputLength, CudaSEResNet20.OutputLength);
    }

    /// <summary>On a device that has tensor cores, to the last digits.</summary>
    [Fact]
    public void Strict_networks_have_no_products_on_tensor_cores()
    {
        GpuSettings.TensorCores = true;
        CudaStrictNet cpu = new(1);
        Same(cpu, cpu.CreateCuda(GpuPolicy.Require), CudaStrictNet.InputLength, CudaStrictNet.OutputLength);
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

    /// <summary>What a network has taken it gives back; what its device keeps are the modules that are compiled, and a few places for what goes there in every step.</summary>
    [Fact]
    public void Nothing_is_left_on_the_device()
    {
        var alive = new List<int>();
        for (int round = 0; round < 2; round++)
        {
            (IModule _, GpuModule gpu, int input, int output) = Network("residual");
            using (GpuBuffer from = gpu.Allocate(input), to = gpu.Allocate(output))
            {
                from.CopyFrom(Values(input, 2));
                for (int call = 0; call < 3; call++)
                {
                    gpu.Forward(Values(input, 1), new float[output]);
                    gpu.Forward(from, to);
                    gpu.ForwardTraining(from, to);
                    gpu.Backward(to, null);
                }
            }

            gpu.Dispose();
            alive.Add(Gpu.Alive);
        }

        Assert.Equal(alive[0], alive[1]);
        Assert.InRange(alive[0], 1, 20);
    }

    private static void Same(IModule cpu, GpuModule gpu, int input, int output)
    {
        using (gpu)
        {
            float[] x = Values(input, 1), expected = new float[output], actual = new float[output];
            cpu.Forward(x, expected);
            gpu.Forward(x, actual);
            Near(expected, actual);
        }
    }
}
