using System.Runtime.Intrinsics;
using SeGen.Simd;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>SiLU against double precision, over a sample of all floats.</summary>
[Trait("Category", "Numeric")]
public class SiluTests
{
    private const double MaxUlps = 4.0;

    // Below -87 it stays where it is there.
    private const float Least = -87f;
    private const double AtLeast = 1.5e-36;

    [Fact]
    public void Is_accurate_over_all_floats_in_every_width()
    {
        double worst = 0;
        float at = 0;
        foreach (float value in FloatSample.Values())
        {
            double exact = value * SigmoidTests.Exact(value);
            foreach (float result in AllWidths(value))
            {
                if (value == float.NegativeInfinity)
                {
                    Assert.Equal(float.NaN, result);
                    continue;
                }

                if (value < Least)
                {
                    Assert.InRange(result, -AtLeast, 0);
                    continue;
                }

                double error = value >= 0 ? SigmoidTests.Ulps(result, exact) : SigmoidTests.Ulps(-result, -exact);
                if (error > worst)
                    (worst, at) = (error, value);
            }
        }

        Assert.True(worst <= MaxUlps, $"silu({at:g9}) is off by {worst:f2} units in the last place.");
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.MaxValue, float.MaxValue)]
    [InlineData(float.NaN, float.NaN)]
    public void Is_exact_at_the_ends_and_keeps_NaN(float value, float expected)
        => Assert.All(AllWidths(value), result => Assert.Equal(expected, result));

    private static float[] AllWidths(float value) =>
    [
        Activations.SiLU(value),
        Activations.SiLU(Vector128.Create(value)).GetElement(1),
        Activations.SiLU(Vector256.Create(value)).GetElement(5),
        Activations.SiLU(Vector512.Create(value)).GetElement(11),
    ];
}
