using System.Runtime.Intrinsics;
using SeGen.Simd;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>The sigmoid against double precision, over a sample of all floats (all of them: the benchmarks' sigmoid command).</summary>
[Trait("Category", "Numeric")]
public class SigmoidTests
{
    private const double MaxUlps = 3.0;

    [Fact]
    public void Is_accurate_over_all_floats_in_every_width()
    {
        double worst = 0;
        float at = 0;
        foreach (float value in FloatSample.Values())
        {
            double exact = Exact(value);
            foreach (float result in AllWidths(value))
            {
                double error = Ulps(result, exact);
                if (error > worst)
                    (worst, at) = (error, value);
            }
        }

        Assert.True(worst <= MaxUlps, $"sigmoid({at:g9}) is off by {worst:f2} units in the last place.");
    }

    [Theory]
    [InlineData(0f, 0.5f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.MaxValue, 1f)]
    [InlineData(float.MinValue, 0f)]
    [InlineData(float.Epsilon, 0.5f)]
    [InlineData(-200f, 0f)]
    [InlineData(float.NaN, float.NaN)]
    public void Is_exact_at_the_ends_and_keeps_NaN(float value, float expected)
        => Assert.All(AllWidths(value), result => Assert.Equal(expected, result));

    /// <summary>The distance to the exact value in units of a float's last place there.</summary>
    public static double Ulps(float result, double exact)
    {
        double unit = Math.Max(Math.Pow(2, Math.Floor(Math.Log2(Math.Max(exact, double.Epsilon))) - 23), float.Epsilon);
        return Math.Abs(result - exact) / unit;
    }

    public static double Exact(float value) => value >= 0 ? 1 / (1 + Math.Exp(-(double)value)) : Math.Exp(value) / (1 + Math.Exp(value));

    private static float[] AllWidths(float value) =>
    [
        Sigmoid.Of(value),
        Sigmoid.Of(Vector128.Create(value)).GetElement(1),
        Sigmoid.Of(Vector256.Create(value)).GetElement(5),
        Sigmoid.Of(Vector512.Create(value)).GetElement(11),
    ];
}
