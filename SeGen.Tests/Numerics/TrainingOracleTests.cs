using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>The judge of training is judged itself: by PyTorch's gradients and running statistics, with batch statistics and frozen ones.</summary>
[Trait("Category", "Golden")]
public class TrainingOracleTests
{
    private const double OutputTolerance = 1e-5, GradientTolerance = 1e-4;

    [GoldenTheory]
    [InlineData("conv-se-c16-r2", Naming.Gates, typeof(ConvGate16Any))]
    [InlineData("conv-se-c16-r2-skip", Naming.Gates, typeof(ConvGate16SkipAny))]
    [InlineData("conv-se-c16-r2-perimeter", Naming.Gates, typeof(ConvGate16PerimeterAny))]
    [InlineData("residual-se-16-16-eval", Naming.Excitation, typeof(Residual16Any))]
    [InlineData("residual-se-16-16-train", Naming.Excitation, typeof(Residual16Any))]
    [InlineData("residual-se-16-32-s2-eval", Naming.Excitation, typeof(Residual16To32Any))]
    [InlineData("residual-se-16-32-s2-train", Naming.Excitation, typeof(Residual16To32Any))]
    [InlineData("residual-se-24-40-s2-odd-eval", Naming.Excitation, typeof(Residual24To40Any))]
    [InlineData("residual-se-24-40-s2-odd-train", Naming.Excitation, typeof(Residual24To40Any))]
    [InlineData("residual-plain-16-32-s2-eval", Naming.Excitation, typeof(ResidualPlainAny))]
    [InlineData("residual-plain-16-32-s2-train", Naming.Excitation, typeof(ResidualPlainAny))]
    [InlineData("residual-pre-16-32-s2-eval", Naming.Excitation, typeof(ResidualPreAny))]
    [InlineData("residual-pre-16-32-s2-train", Naming.Excitation, typeof(ResidualPreAny))]
    [InlineData("residual-post-16-32-s2-eval", Naming.Excitation, typeof(ResidualPostAny))]
    [InlineData("residual-post-16-32-s2-train", Naming.Excitation, typeof(ResidualPostAny))]
    [InlineData("residual-identity-16-32-s2-eval", Naming.Excitation, typeof(ResidualIdentityAny))]
    [InlineData("residual-identity-16-32-s2-train", Naming.Excitation, typeof(ResidualIdentityAny))]
    [InlineData("residual-inner-16-32-s2-eval", Naming.Excitation, typeof(ResidualInnerAny))]
    [InlineData("residual-inner-16-32-s2-train", Naming.Excitation, typeof(ResidualInnerAny))]
    [InlineData("bottleneck-se-64-16-64-eval", Naming.SeGen, typeof(Bottleneck64Any))]
    [InlineData("bottleneck-se-64-16-64-train", Naming.SeGen, typeof(Bottleneck64Any))]
    [InlineData("bottleneck-se-64-32-128-s2-g8-eval", Naming.SeGen, typeof(BottleneckGroupsAny))]
    [InlineData("bottleneck-se-64-32-128-s2-g8-train", Naming.SeGen, typeof(BottleneckGroupsAny))]
    [InlineData("inverted-mobilenetv3-16-64-24-k5-s2-eval", Naming.SeGen, typeof(InvertedMobileAny))]
    [InlineData("inverted-mobilenetv3-16-64-24-k5-s2-train", Naming.SeGen, typeof(InvertedMobileAny))]
    [InlineData("inverted-efficientnet-16-96-16-k3-eval", Naming.SeGen, typeof(InvertedEfficientAny))]
    [InlineData("inverted-efficientnet-16-96-16-k3-train", Naming.SeGen, typeof(InvertedEfficientAny))]
    [InlineData("net-small-eval", Naming.Excitation, typeof(SmallNetAny))]
    [InlineData("net-small-train", Naming.Excitation, typeof(SmallNetAny))]
    public void It_computes_what_PyTorch_computes(string name, Naming naming, Type type)
    {
        using SafeTensorsFile golden = SafeTensorsFile.Open(Goldens.Case(name));
        Assert.True(golden.TryGet("input", out TensorInfo? input));
        var module = (IModule)Activator.CreateInstance(type)!;
        module.LoadWeights(Goldens.Weights(name), naming);
        bool trains = name.EndsWith("-train", StringComparison.Ordinal);
        var oracle = new TrainingOracle(module, frozen: !trains);
        Signal x = Signal.Of(golden.ReadSingles("input"), (int)input.Shape[1], (int)input.Shape[2], (int)input.Shape[3]), y = oracle.Forward(x);
        oracle.Backward(y, [.. golden.ReadSingles("grad_output").Select(v => (double)v)]);

        AssertEqual(golden.ReadSingles("output"), [.. y.Images.SelectMany(m => m.Values)], OutputTolerance, "output");
        AssertEqual(golden.ReadSingles("grad_input"), [.. x.Gradients.SelectMany(m => m.Values)], GradientTolerance, "input gradient");
        foreach (Parameter parameter in module.Parameters)
        {
            string key = BlockNames.Translate(parameter.Spec, naming);
            if (parameter.IsTrainable)
                AssertEqual(golden.ReadSingles("grad." + key), oracle.Gradient(parameter.Name), GradientTolerance, key);
            else if (trains)
                AssertEqual(golden.ReadSingles("after." + key), oracle.Statistics[parameter.Name], OutputTolerance, key);
        }

        Assert.Equal(!trains, oracle.Statistics.Count == 0);
    }

    private static void AssertEqual(float[] expected, double[] actual, double tolerance, string what)
        => Close.AssertEqual(actual, expected, tolerance, what);
}
