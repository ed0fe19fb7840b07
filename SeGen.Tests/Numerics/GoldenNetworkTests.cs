using SeGen.Sample.Models;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>What PyTorch and torchvision computed for blocks and networks, with their own checkpoints: the outputs in inference.</summary>
[Trait("Category", "Golden")]
[Trait("Category", "Numeric")]
public class GoldenNetworkTests
{
    private const double Tolerance = 1e-5;

    [GoldenTheory]
    [InlineData("conv-se-c16-r2", Naming.Gates, typeof(ConvGate16), typeof(ConvGate16Any))]
    [InlineData("conv-se-c16-r2-skip", Naming.Gates, typeof(ConvGate16Skip), typeof(ConvGate16SkipAny))]
    [InlineData("conv-se-c16-r2-perimeter", Naming.Gates, typeof(ConvGate16Perimeter), typeof(ConvGate16PerimeterAny))]
    [InlineData("residual-se-16-16-eval", Naming.Excitation, typeof(Residual16), typeof(Residual16Any))]
    [InlineData("residual-se-16-32-s2-eval", Naming.Excitation, typeof(Residual16To32), typeof(Residual16To32Any))]
    [InlineData("residual-se-24-40-s2-odd-eval", Naming.Excitation, typeof(Residual24To40), typeof(Residual24To40Any))]
    [InlineData("residual-plain-16-32-s2-eval", Naming.Excitation, typeof(ResidualPlain), typeof(ResidualPlainAny))]
    [InlineData("residual-pre-16-32-s2-eval", Naming.Excitation, typeof(ResidualPre), typeof(ResidualPreAny))]
    [InlineData("residual-post-16-32-s2-eval", Naming.Excitation, typeof(ResidualPost), typeof(ResidualPostAny))]
    [InlineData("residual-identity-16-32-s2-eval", Naming.Excitation, typeof(ResidualIdentity), typeof(ResidualIdentityAny))]
    [InlineData("residual-inner-16-32-s2-eval", Naming.Excitation, typeof(ResidualInner), typeof(ResidualInnerAny))]
    [InlineData("residual-se-64-64-eval", Naming.Excitation, typeof(Residual64), typeof(Residual64Any))]
    [InlineData("residual-se-64-128-s2-eval", Naming.Excitation, typeof(Residual64To128), typeof(Residual64To128Any))]
    [InlineData("bottleneck-se-64-16-64-eval", Naming.SeGen, typeof(Bottleneck64), typeof(Bottleneck64Any))]
    [InlineData("bottleneck-se-64-32-128-s2-g8-eval", Naming.SeGen, typeof(BottleneckGroups), typeof(BottleneckGroupsAny))]
    [InlineData("inverted-mobilenetv3-16-64-24-k5-s2-eval", Naming.SeGen, typeof(InvertedMobile), typeof(InvertedMobileAny))]
    [InlineData("inverted-efficientnet-16-96-16-k3-eval", Naming.SeGen, typeof(InvertedEfficient), typeof(InvertedEfficientAny))]
    [InlineData("net-small-eval", Naming.Excitation, typeof(SmallNet), typeof(SmallNetAny))]
    [InlineData("net-seresnet18-narrow-eval", Naming.Excitation, typeof(NarrowSEResNet18), typeof(NarrowSEResNet18Any))]
    [InlineData("torchvision-mobilenet_v3_small", Naming.TorchVision, typeof(MobileNetV3Small))]
    [InlineData("torchvision-regnet_y_400mf", Naming.TorchVision, typeof(RegNetY400MF))]
    public void Computes_what_PyTorch_computes(string name, Naming naming, params Type[] types)
    {
        using SafeTensorsFile golden = SafeTensorsFile.Open(Goldens.Case(name));
        Assert.True(golden.TryGet("input", out TensorInfo? input));
        (int height, int width) = ((int)input.Shape[2], (int)input.Shape[3]);
        float[] x = golden.ReadSingles("input"), expected = golden.ReadSingles("output"), y = new float[expected.Length];
        foreach (Type type in types)
        {
            var module = (IModule)Activator.CreateInstance(type)!;
            module.LoadWeights(Goldens.Weights(name), naming);
            float[]? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                module.Threads = threads;
                module.Forward(x, y, height, width);
                Close.AssertEqual(expected, y, Tolerance, $"{type.Name}'s output");
                Close.AssertSameBits(first ??= [.. y], y, $"{type.Name}'s output on {threads} threads");
            }
        }
    }
}
