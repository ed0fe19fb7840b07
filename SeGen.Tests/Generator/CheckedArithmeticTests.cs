using System.Reflection;
using Microsoft.CodeAnalysis.CSharp;

namespace SeGen.Tests.Generator;

/// <summary>A project that checks overflow everywhere compiles generated code so too: a loop down to 0 must not wrap unsaid.</summary>
public class CheckedArithmeticTests
{
    [Theory]
    [InlineData(3, "16, Height = 3, Width = 3")]
    [InlineData(17, "16, Hidden = 3, Height = 17, Width = 17, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.SiLU")]
    [InlineData(5, "16, Squeeze = Squeeze.Max, Gate = Gate.HardSigmoid")]
    public void Modules_run_where_overflow_is_checked(int size, string arguments)
    {
        CSharpCompilation user = GeneratorHarness.Compile([$"[SEBlock({arguments})] public partial class Block;"]);
        GeneratorResult result = GeneratorHarness.Run(user.WithOptions(user.Options.WithOverflowChecks(true)));
        using var file = new MemoryStream();
        Assert.True(result.Output.Emit(file).Success);
        var module = (IModule)Activator.CreateInstance(Assembly.Load(file.ToArray()).GetType("Block")!)!;
        float[] input = new float[16 * size * size], output = new float[input.Length], gradient = new float[input.Length];

        module.Forward(input, output, size, size);
        module.ForwardTraining(input, output, size, size);
        module.Backward(output, gradient);
    }
}
