using SeGen.Generator.Ptx.Gates;
using SeGen.Tests.Generator;
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
    [InlineData(128, 8, 224, Model.Squeeze.Mean, new[] { 75, 80, 86, 89, 90 })]
    [InlineData(512, 32, 7, Model.Squeeze.MeanMaxAverage, new[] { 75, 80, 86, 89, 90 })]
    [InlineData(5, 40, 91, Model.Squeeze.Max, new[] { 75, 90 })]
    [InlineData(64, 4, 0, Model.Squeeze.SumOverHPlusW, new[] { 75, 90 })]
    [InlineData(7, 0, 4, Model.Squeeze.Mean, new[] { 75, 80, 86, 89, 90 })]
    public void A_gates_modules_are_assembled_for_every_architecture(int channels, int hidden, int side, Model.Squeeze squeeze, int[] architectures)
    {
        var launch = new GateLaunch(new Model.GateSpec(channels, hidden, Model.SEBias.Both, squeeze, Model.Activation.SiLU, Model.Gate.Sigmoid), side, side);
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

    /// <summary>Convolutions in tiles whose sums fill many registers: a block of the largest has half a multiprocessor's.</summary>
    [PtxasTheory]
    [InlineData("SENetwork(3, Height = 32, Width = 32, Emit = Emit.Cuda), Conv(16), BatchNorm, ReLU, MaxPool(2), SEResidual(32, Stride = 2), GlobalAveragePool, Linear(10)", new[] { 75, 80, 86, 89, 90 })]
    [InlineData("SENetwork(3, Height = 32, Width = 32, Emit = Emit.Cuda), Conv(16), BatchNorm, HardSwish, InvertedResidual(16, Expand = 64, Hidden = 8, BlockActivation = Activation.SiLU), AveragePool(2), SEBlock(Hidden = 3, Squeeze = Squeeze.MeanMaxAverage), Linear(10)", new[] { 75, 90 })]
    public void A_networks_modules_are_assembled_for_every_architecture(string declaration, int[] architectures)
    {
        string[] modules = [.. CudaModules(declaration)];
        Assert.Equal(4, modules.Length);
        foreach (string ptx in modules)
        {
            int least = int.Parse(PtxParser.Parse(ptx).Target[3..], System.Globalization.CultureInfo.InvariantCulture);
            foreach (int architecture in architectures.Where(a => a >= least))
            {
                IReadOnlyList<Ptxas.Usage> kernels = Ptxas.Assemble(ptx, architecture);
                Assert.Equal(PtxParser.Parse(ptx).Kernels.Keys.Order(StringComparer.Ordinal), kernels.Select(k => k.Kernel).Order(StringComparer.Ordinal));
                Assert.All(kernels, k => Assert.True(k.Spilled == 0 && k.Registers is >= 4 and <= MostRegistersOfProduct, $"{k} on sm_{architecture}"));
            }
        }
    }

    [PtxasTheory]
    [InlineData(75)]
    public void What_is_wrong_is_refused(int architecture)
        => Assert.Contains(
            ", line 23; error",
            Assert.ThrowsAny<Exception>(() => Ptxas.Assemble(PtxSamples.Double.Replace("add.rn.f32", "add.up.f32", StringComparison.Ordinal), architecture)).Message,
            StringComparison.Ordinal);

    /// <summary>The modules that a declaration's second file has.</summary>
    private static IEnumerable<string> CudaModules(string declaration)
    {
        GeneratorResult result = GeneratorHarness.Run($"[{declaration}] public partial class Net;");
        string[] parts = result.Sources.Single(s => s.HintName == "Net+Cuda.g.cs").SourceText.ToString().Split("\"\"\"");
        return parts.Where((_, i) => i % 2 == 1);
    }
}
