namespace SeGen.Tests.Cuda;

/// <summary>A test of networks on a fake GPU, which are to compute what they compute on the CPU.</summary>
public abstract class NetworkOnGpuTest : FakeGpuTest
{
    /// <summary>One of the small networks, and the same on the device.</summary>
    private protected static (IModule Cpu, GpuModule Gpu, int Input, int Output) Network(string name)
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
    private protected static void Stir(IModule module)
    {
        var random = new Random(9);
        foreach (Parameter parameter in module.Parameters.Where(p => !p.Name.Contains("conv", StringComparison.Ordinal)))
        {
            bool isVariance = parameter.Name.EndsWith("running_var", StringComparison.Ordinal);
            foreach (ref float value in parameter.Write())
                value = isVariance ? 0.5f + (float)random.NextDouble() : value + (float)random.NextDouble() * 0.2f - 0.1f;
        }
    }

    private protected static void Near(float[] expected, float[] actual, double tolerance = 2e-5, string name = "", double least = 1e-6)
    {
        double largest = expected.Select(Math.Abs).DefaultIfEmpty().Max(), error = expected.Zip(actual, (e, a) => (double)Math.Abs(e - a)).DefaultIfEmpty().Max();
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(error <= tolerance * Math.Max(largest, least), $"{name}: error {error}, largest {largest}");
    }
}
