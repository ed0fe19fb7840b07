using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>What <see cref="IModule.Prepare"/> leaves to the first inference: nothing; and what is left of parameters that were released.</summary>
[Trait("Category", "Numeric")]
public class PrepareTests
{
    public static TheoryData<Type> Modules => new(typeof(Residual16), typeof(SmallNet), typeof(Bias32));

    [Theory]
    [MemberData(nameof(Modules))]
    public void Outputs_stay_the_same(Type type)
    {
        IModule module = Create(type, out float[] x, out float[] y);
        module.Forward(x, y);
        float[] expected = [.. y];
        IModule prepared = Create(type, out _, out _);
        Assert.True(prepared.Prepare() > TimeSpan.Zero);
        prepared.Forward(x, y);
        Close.AssertSameBits(expected, y, "output after Prepare");
        prepared.Prepare(releaseParameters: true);
        Array.Clear(y);
        prepared.Forward(x, y);
        Close.AssertSameBits(expected, y, "output without parameters");
    }

    [Theory]
    [MemberData(nameof(Modules))]
    public void Released_parameters_say_so(Type type)
    {
        IModule module = Create(type, out float[] x, out float[] y);
        module.Prepare(releaseParameters: true);
        Parameter first = module.Parameters[0];
        foreach (Action read in new Action[] { () => _ = first.Values[0], () => first.Write()[0] = 1, () => _ = first.Gradient.Length, () => module.SaveWeights(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("n"))) })
        {
            string message = Assert.Throws<InvalidOperationException>(read).Message;
            Assert.Contains(first.Name, message, StringComparison.Ordinal);
            Assert.Contains("released", message, StringComparison.Ordinal);
        }

        Assert.ThrowsAny<InvalidOperationException>(() => module.ForwardTraining(x, y));
        module.Forward(x, y);
    }

    private static IModule Create(Type type, out float[] x, out float[] y)
    {
        var module = (IModule)Activator.CreateInstance(type)!;
        int length(string name) => (int)type.GetField(name)!.GetRawConstantValue()!;
        (x, y) = (RandomTensor.Normal(length("InputLength"), 3), new float[length("OutputLength")]);
        return module;
    }
}
