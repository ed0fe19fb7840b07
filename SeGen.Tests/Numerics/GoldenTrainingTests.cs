using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>PyTorch's gradients and running statistics of blocks and networks, with batch statistics and frozen ones, through generated code.</summary>
[Trait("Category", "Golden")]
[Trait("Category", "Numeric")]
public class GoldenTrainingTests
{
    private const double OutputTolerance = 1e-5, GradientTolerance = 1e-4;

    [GoldenTheory]
    [InlineData("conv-se-c16-r2", Naming.Gates, typeof(ConvGate16), typeof(ConvGate16Any))]
    [InlineData("conv-se-c16-r2-skip", Naming.Gates, typeof(ConvGate16Skip), typeof(ConvGate16SkipAny))]
    [InlineData("conv-se-c16-r2-perimeter", Naming.Gates, typeof(ConvGate16Perimeter), typeof(ConvGate16PerimeterAny))]
    [InlineData("residual-se-16-16-eval", Naming.Excitation, typeof(Residual16), typeof(Residual16Any))]
    [InlineData("residual-se-16-16-train", Naming.Excitation, typeof(Residual16), typeof(Residual16Any))]
    [InlineData("residual-se-16-32-s2-eval", Naming.Excitation, typeof(Residual16To32), typeof(Residual16To32Any))]
    [InlineData("residual-se-16-32-s2-train", Naming.Excitation, typeof(Residual16To32), typeof(Residual16To32Any))]
    [InlineData("residual-se-24-40-s2-odd-eval", Naming.Excitation, typeof(Residual24To40), typeof(Residual24To40Any))]
    [InlineData("residual-se-24-40-s2-odd-train", Naming.Excitation, typeof(Residual24To40), typeof(Residual24To40Any))]
    [InlineData("residual-plain-16-32-s2-eval", Naming.Excitation, typeof(ResidualPlain), typeof(ResidualPlainAny))]
    [InlineData("residual-plain-16-32-s2-train", Naming.Excitation, typeof(ResidualPlain), typeof(ResidualPlainAny))]
    [InlineData("residual-pre-16-32-s2-eval", Naming.Excitation, typeof(ResidualPre), typeof(ResidualPreAny))]
    [InlineData("residual-pre-16-32-s2-train", Naming.Excitation, typeof(ResidualPre), typeof(ResidualPreAny))]
    [InlineData("residual-post-16-32-s2-eval", Naming.Excitation, typeof(ResidualPost), typeof(ResidualPostAny))]
    [InlineData("residual-post-16-32-s2-train", Naming.Excitation, typeof(ResidualPost), typeof(ResidualPostAny))]
    [InlineData("residual-identity-16-32-s2-eval", Naming.Excitation, typeof(ResidualIdentity), typeof(ResidualIdentityAny))]
    [InlineData("residual-identity-16-32-s2-train", Naming.Excitation, typeof(ResidualIdentity), typeof(ResidualIdentityAny))]
    [InlineData("residual-inner-16-32-s2-eval", Naming.Excitation, typeof(ResidualInner), typeof(ResidualInnerAny))]
    [InlineData("residual-inner-16-32-s2-train", Naming.Excitation, typeof(ResidualInner), typeof(ResidualInnerAny))]
    [InlineData("bottleneck-se-64-16-64-eval", Naming.SeGen, typeof(Bottleneck64), typeof(Bottleneck64Any))]
    [InlineData("bottleneck-se-64-16-64-train", Naming.SeGen, typeof(Bottleneck64), typeof(Bottleneck64Any))]
    [InlineData("bottleneck-se-64-32-128-s2-g8-eval", Naming.SeGen, typeof(BottleneckGroups), typeof(BottleneckGroupsAny))]
    [InlineData("bottleneck-se-64-32-128-s2-g8-train", Naming.SeGen, typeof(BottleneckGroups), typeof(BottleneckGroupsAny))]
    [InlineData("inverted-mobilenetv3-16-64-24-k5-s2-eval", Naming.SeGen, typeof(InvertedMobile), typeof(InvertedMobileAny))]
    [InlineData("inverted-mobilenetv3-16-64-24-k5-s2-train", Naming.SeGen, typeof(InvertedMobile), typeof(InvertedMobileAny))]
    [InlineData("inverted-efficientnet-16-96-16-k3-eval", Naming.SeGen, typeof(InvertedEfficient), typeof(InvertedEfficientAny))]
    [InlineData("inverted-efficientnet-16-96-16-k3-train", Naming.SeGen, typeof(InvertedEfficient), typeof(InvertedEfficientAny))]
    [InlineData("net-small-eval", Naming.Excitation, typeof(SmallNet), typeof(SmallNetAny))]
    [InlineData("net-small-train", Naming.Excitation, typeof(SmallNet), typeof(SmallNetAny))]
    public void Trains_as_PyTorch_trains(string name, Naming naming, params Type[] types)
    {
        using SafeTensorsFile golden = SafeTensorsFile.Open(Goldens.Case(name));
        Assert.True(golden.TryGet("input", out TensorInfo? input));
        bool trains = name.EndsWith("-train", StringComparison.Ordinal);
        float[] x = golden.ReadSingles("input"), outputGradient = golden.ReadSingles("grad_output");
        foreach (Type type in types)
        {
            var module = (IModule)Activator.CreateInstance(type)!;
            module.LoadWeights(Goldens.Weights(name), naming);
            module.FreezeStatistics = !trains;
            TrainingStep? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                module.Threads = threads;
                var step = new TrainingStep(module, x, outputGradient, (int)input.Shape[2], (int)input.Shape[3]);
                step.AssertSameBits(first ??= step, $"of {type.Name} on {threads} threads");
            }

            Close.AssertEqual(golden.ReadSingles("output"), first!.Output, OutputTolerance, $"{type.Name}'s output");
            Close.AssertEqual(golden.ReadSingles("grad_input"), first.InputGradient, GradientTolerance, $"{type.Name}'s input gradient");
            foreach (Parameter parameter in module.Parameters)
            {
                string key = BlockNames.Translate(parameter.Spec, naming);
                if (parameter.IsTrainable)
                    Close.AssertEqual(golden.ReadSingles("grad." + key), first.Gradient(parameter.Name), GradientTolerance, $"{type.Name}'s gradient of {key}");
                else
                    Close.AssertEqual(trains ? golden.ReadSingles("after." + key) : parameter.Values, first.Statistics(parameter.Name), OutputTolerance, $"{type.Name}'s {key}");
            }
        }
    }
}
