using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>What PyTorch computed for the block, read through the real loader: outputs, input gradients, parameter gradients.</summary>
[Trait("Category", "Golden")]
[Trait("Category", "Numeric")]
public class GoldenGateTests
{
    private const double OutputTolerance = 1e-5, GradientTolerance = 1e-4;

    [GoldenTheory]
    [InlineData("se-bias-c128-r16", Naming.Linear, typeof(Bias128), typeof(Bias128Any))]
    [InlineData("se-bias-c32-r16-7x7", Naming.Linear, typeof(Bias32), typeof(Bias32Any))]
    [InlineData("se-bias-c20-r3-ragged", Naming.Linear, typeof(Bias20), typeof(Bias20Any))]
    [InlineData("se-secondbias-c64-r16", Naming.Sequential, typeof(SecondBias64), typeof(SecondBias64Any))]
    [InlineData("se-secondbias-c3-r16-hidden0", Naming.Sequential, typeof(Hidden0), typeof(Hidden0Any))]
    [InlineData("se-nobias-c64-r16", Naming.Excitation, typeof(NoBias64), typeof(NoBias64Any))]
    [InlineData("se-nobias-c8-r16-fallback", Naming.Excitation, typeof(NoBias8), typeof(NoBias8Any))]
    [InlineData("se-nobias-c1-fallback", Naming.Excitation, typeof(NoBias1), typeof(NoBias1Any))]
    [InlineData("se-max-c24-r4", Naming.Linear, typeof(Max24), typeof(Max24Any))]
    [InlineData("se-meanmax-c24-r4", Naming.Linear, typeof(MeanMax24), typeof(MeanMax24Any))]
    public void Computes_what_PyTorch_computes(string name, Naming naming, Type fixedSize, Type anySize)
    {
        foreach (Type type in new[] { fixedSize, anySize })
        {
            foreach (int threads in new[] { 1, 2, 3 })
            {
                var module = (IModule)Activator.CreateInstance(type)!;
                module.Threads = threads;
                module.LoadWeights(Goldens.Weights(name), naming);
                Check(name, naming, module);
            }
        }
    }

    private static void Check(string name, Naming naming, IModule module)
    {
        using SafeTensorsFile golden = SafeTensorsFile.Open(Goldens.Case(name));
        Assert.True(golden.TryGet("input", out TensorInfo? input));
        (int height, int width) = ((int)input.Shape[2], (int)input.Shape[3]);
        float[] x = golden.ReadSingles("input"), y = new float[x.Length], dx = new float[x.Length];

        module.Forward(x, y, height, width);
        Close.AssertEqual(golden.ReadSingles("output"), y, OutputTolerance, "output");

        module.ForwardTraining(x, y, height, width);
        Close.AssertEqual(golden.ReadSingles("output"), y, OutputTolerance, "training output");

        module.Backward(golden.ReadSingles("grad_output"), dx);
        Close.AssertEqual(golden.ReadSingles("grad_input"), dx, GradientTolerance, "input gradient");
        foreach (Parameter parameter in module.Parameters.Where(p => p.Values.Length > 0))
        {
            string key = BlockNames.Translate(parameter.Spec, naming);
            Close.AssertEqual(golden.ReadSingles("grad." + key), parameter.Gradient, GradientTolerance, key);
        }
    }
}
