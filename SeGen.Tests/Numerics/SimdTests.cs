using System.Runtime.Intrinsics;
using SeGen.Simd;

namespace SeGen.Tests.Numerics;

/// <summary>The vector helpers by themselves, lane by lane.</summary>
[Trait("Category", "Numeric")]
public class SimdTests
{
    [Fact]
    public void Transposed_sums_are_the_sums_of_their_arguments()
    {
        Vector512<float>[] v512 = [.. Enumerable.Range(0, 16).Select(r => Vector512.Create([.. Enumerable.Range(0, 16).Select(l => (float)(r * 100 + l * l))]))];
        Vector256<float>[] v256 = [.. v512.Select(v => v.GetLower())];
        Vector128<float>[] v128 = [.. v256.Select(v => v.GetLower())];
        for (int r = 0; r < 16; r++)
        {
            var all = TransposedSum.Of(
                v512[0], v512[1], v512[2], v512[3], v512[4], v512[5], v512[6], v512[7], v512[8], v512[9], v512[10], v512[11], v512[12], v512[13], v512[14], v512[15]);
            Assert.Equal(Vector512.Sum(v512[r]), all.GetElement(r));
        }

        for (int r = 0; r < 8; r++)
        {
            Assert.Equal(Vector512.Sum(v512[r]), TransposedSum.Of(v512[0], v512[1], v512[2], v512[3], v512[4], v512[5], v512[6], v512[7]).GetElement(r));
            Assert.Equal(Vector256.Sum(v256[r]), TransposedSum.Of(v256[0], v256[1], v256[2], v256[3], v256[4], v256[5], v256[6], v256[7]).GetElement(r));
        }

        for (int r = 0; r < 4; r++)
        {
            Assert.Equal(Vector512.Sum(v512[r]), TransposedSum.Of(v512[0], v512[1], v512[2], v512[3]).GetElement(r));
            Assert.Equal(Vector256.Sum(v256[r]), TransposedSum.Of(v256[0], v256[1], v256[2], v256[3]).GetElement(r));
            Assert.Equal(Vector128.Sum(v128[r]), TransposedSum.Of(v128[0], v128[1], v128[2], v128[3]).GetElement(r));
        }
    }

    [Fact]
    public void A_join_takes_the_first_vector_below_the_lane()
    {
        for (int lane = 0; lane <= 16; lane++)
        {
            for (int i = 0; i < 16; i++)
                Assert.Equal(i < lane ? 1f : 2f, Join.At(Vector512.Create(1f), Vector512.Create(2f), lane).GetElement(i));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(7f)]
    public void The_horizontal_maximum_finds_any_lane(float largest)
    {
        for (int lane = 0; lane < 16; lane++)
        {
            Assert.Equal(largest, Horizontal.Max(Vector512.Create(-3f).WithElement(lane, largest)));
            Assert.Equal(largest, Horizontal.Max(Vector256.Create(-3f).WithElement(lane % 8, largest)));
            Assert.Equal(largest, Horizontal.Max(Vector128.Create(-3f).WithElement(lane % 4, largest)));
        }
    }

    [Theory]
    [InlineData(-4f, 0f, 0f, 0f, 0f)]
    [InlineData(-3f, 0f, 0f, 0f, 0f)]
    [InlineData(3f, 3f, 3f, 1f, 3f)]
    [InlineData(6f, 6f, 6f, 1f, 6f)]
    [InlineData(9f, 9f, 6f, 1f, 9f)]
    [InlineData(float.NaN, float.NaN, float.NaN, float.NaN, float.NaN)]
    public void Activations_are_PyTorchs_at_their_kinks(float value, float relu, float relu6, float hardSigmoid, float hardSwish)
    {
        Assert.Equal([relu, relu6, hardSigmoid, hardSwish], [Activations.ReLU(value), Activations.ReLU6(value), Activations.HardSigmoid(value), Activations.HardSwish(value)]);
        Vector128<float> v = Vector128.Create(value);
        Assert.Equal(
            [relu, relu6, hardSigmoid, hardSwish],
            [Activations.ReLU(v).ToScalar(), Activations.ReLU6(v).ToScalar(), Activations.HardSigmoid(v).ToScalar(), Activations.HardSwish(v).ToScalar()]);
    }

    [Fact]
    public void Derivatives_are_PyTorchs_at_their_kinks()
    {
        Assert.Equal([0f, 0f, 1f], [Activations.ReLUDerivative(-1), Activations.ReLUDerivative(0), Activations.ReLUDerivative(1)]);
        Assert.Equal([0f, 1f, 0f], [Activations.ReLU6Derivative(0), Activations.ReLU6Derivative(5), Activations.ReLU6Derivative(6)]);
        Assert.Equal([0f, -0.5f, 1.5f, 1f], [Activations.HardSwishDerivative(-3.1f), Activations.HardSwishDerivative(-3), Activations.HardSwishDerivative(3), Activations.HardSwishDerivative(3.1f)]);
    }
}
