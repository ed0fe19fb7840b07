using SeGen.Generator.Layers.Gates.Ptx;
using SeGen.Generator.Model;
using Model = SeGen.Generator.Model;

namespace SeGen.Tests.Ptx;

/// <summary>Every emitted module is one that NVIDIA's assembler takes for every architecture, without a register spilled to memory.</summary>
[Trait("Category", "Ptxas")]
public class AssemblyTests
{
    // Two blocks of 256 threads, or one of 512, have so many registers of a multiprocessor's 65,536 for each thread.
    private const int MostRegisters = 128;

    // One block of 256 threads at least, and of smaller tiles several.
    private const int MostRegistersOfProduct = 192;

    [PtxasTheory]
    [InlineData(128, 8, 224, SeGen.Generator.Model.Squeeze.Mean, new[] { 75, 80, 86, 89, 90 })]
    [InlineData(512, 32, 7, SeGen.Generator.Model.Squeeze.MeanMaxAverage, new[] { 75, 80, 86, 89, 90 })]
    [InlineData(5, 40, 91, SeGen.Generator.Model.Squeeze.Max, new[] { 75, 90 })]
    [InlineData(64, 4, 0, SeGen.Generator.Model.Squeeze.SumOverHPlusW, new[] { 75, 90 })]
    [InlineData(7, 0, 4, SeGen.Generator.Model.Squeeze.Mean, new[] { 75, 80, 86, 89, 90 })]
    public void A_gates_modules_are_assembled_for_every_architecture(int channels, int hidden, int side, SeGen.Generator.Model.Squeeze squeeze, int[] architectures)
    {
        var launch = new GateLaunch(new SeGen.Generator.Model.GateSpec(channels, hidden, SeGen.Generator.Model.SEBias.Both, squeeze, SeGen.Generator.Model.Activation.SiLU, SeGen.Generator.Model.Gate.Sigmoid), side, side);
        foreach (string ptx in new[] { GateModules.Forward(launch), GateModules.Backward(launch) })
        {
            foreach (int architecture in architectures)
            {
                IReadOnlyList<Ptxas.Usage> kernels = Ptxas.Assemble(ptx, architecture);
                Assert.Equal(PtxParser.Parse(ptx).Kernels.Keys.Order(StringComparer.Ordinal), kernels.Select(k => k.Kernel).Order(StringComparer.Ordinal));
                Assert.All(kernels, k => Assert.True(k.Spilled == 0 && k.Registers is > 8 and <= MostRegisters, $"{k} on sm_{architecture}"));
            }
        }
    }

    /// <summary>
    /// Every kernel of every network that the sample, the device check and these tests declare, each once however many networks have it. Convolutions have tiles whose
    /// sums fill many registers: a block of the largest has half a multiprocessor's.
    /// </summary>
    [PtxasTheory]
    [InlineData(75)]
    [InlineData(80)]
    [InlineData(86)]
    [InlineData(89)]
    [InlineData(90)]
    public void All_networks_kernels_are_assembled(int architecture)
    {
        Assert.InRange(DeclaredKernels.Modules.Count, 40, 400);
        foreach ((int least, string ptx) in DeclaredKernels.Distinct.Where(m => m.Target <= architecture))
        {
            IReadOnlyList<Ptxas.Usage> kernels = Ptxas.Assemble(ptx, architecture);
            Assert.Equal(PtxParser.Parse(ptx).Kernels.Keys.Order(StringComparer.Ordinal), kernels.Select(k => k.Kernel).Order(StringComparer.Ordinal));
            Assert.InRange(kernels.Count, least == 75 ? 50 : 6, 400);
            Assert.All(kernels, k => Assert.True(k.Spilled == 0 && k.Registers is >= 4 and <= MostRegistersOfProduct, $"{k} on sm_{architecture}"));
        }
    }

    [PtxasTheory]
    [InlineData(75)]
    public void What_is_wrong_is_refused(int architecture)
        => Assert.Contains(
            ", line 23; error",
            Assert.ThrowsAny<Exception>(() => Ptxas.Assemble(PtxSamples.Double.Replace("add.rn.f32", "add.up.f32", StringComparison.Ordinal), architecture)).Message,
            StringComparison.Ordinal);
}
