using System.Runtime.Intrinsics;
using SeGen.Simd;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>
/// What each function gives at both infinities and at NaN, in every width: what PyTorch gives (../shared/goldens2's README: hard swish and SiLU of
/// minus infinity are NaN, being infinity times 0).
/// </summary>
[Trait("Category", "Numeric")]
public class InfinityTests
{
    private const float Inf = float.PositiveInfinity;

    private delegate Vector128<float> Of128(Vector128<float> v);

    private delegate Vector256<float> Of256(Vector256<float> v);

    private delegate Vector512<float> Of512(Vector512<float> v);

    public static TheoryData<string, float, float> Values() => new()
    {
        { "relu", 0, Inf }, { "relu6", 0, 6 }, { "silu", float.NaN, Inf }, { "hard swish", float.NaN, Inf }, { "hard sigmoid", 0, 1 }, { "sigmoid", 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Each_function_gives_what_PyTorch_gives(string function, float atMinusInfinity, float atInfinity)
    {
        (Func<float, float> scalar, Of128 of128, Of256 of256, Of512 of512) = function switch
        {
            "relu" => ((Func<float, float>)Activations.ReLU, (Of128)Activations.ReLU, (Of256)Activations.ReLU, (Of512)Activations.ReLU),
            "relu6" => (Activations.ReLU6, Activations.ReLU6, Activations.ReLU6, Activations.ReLU6),
            "silu" => (Activations.SiLU, Activations.SiLU, Activations.SiLU, Activations.SiLU),
            "hard swish" => (Activations.HardSwish, Activations.HardSwish, Activations.HardSwish, Activations.HardSwish),
            "hard sigmoid" => (Activations.HardSigmoid, Activations.HardSigmoid, Activations.HardSigmoid, Activations.HardSigmoid),
            _ => (Sigmoid.Of, Sigmoid.Of, Sigmoid.Of, Sigmoid.Of),
        };
        foreach ((float value, float expected) in new[] { (-Inf, atMinusInfinity), (Inf, atInfinity), (float.NaN, float.NaN) })
        {
            Assert.Equal(expected, scalar(value));
            Assert.Equal(expected, of128(Vector128.Create(value)).GetElement(3));
            Assert.Equal(expected, of256(Vector256.Create(value)).GetElement(6));
            Assert.Equal(expected, of512(Vector512.Create(value)).GetElement(9));
        }

        // A neighbour is not touched.
        Vector512<float> mixed = of512(Vector512.Create(1f).WithElement(4, -Inf));
        Assert.True(float.IsFinite(mixed.GetElement(3)) && float.IsFinite(mixed.GetElement(5)));
    }

    [Theory]
    [InlineData("ReLU", 0, Inf)]
    [InlineData("ReLU6", 0, 6)]
    [InlineData("SiLU", float.NaN, Inf)]
    [InlineData("HardSwish", float.NaN, Inf)]
    public void So_does_a_layer_of_a_network(string layer, float atMinusInfinity, float atInfinity)
    {
        IModule net = ModuleCompiler.CreateDeclared([$"[SENetwork(3, Height = 2, Width = 3), {layer}]"])[0];
        float[] x = [.. Enumerable.Repeat(1f, 18)], y = new float[18];
        (x[0], x[7], x[17]) = (-Inf, Inf, float.NaN);
        net.Forward(x, y);
        Assert.Equal(atMinusInfinity, y[0]);
        Assert.Equal(atInfinity, y[7]);
        Assert.Equal(float.NaN, y[17]);
        Assert.All(Enumerable.Range(0, 18).Except([0, 7, 17]), i => Assert.True(float.IsFinite(y[i])));
    }
}
