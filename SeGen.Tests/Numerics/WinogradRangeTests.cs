using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>
/// The range of a convolution in Winograd's form, which docs/reliability.md gives: every value that it computes is at most Growth x inputs x weights x
/// input channels (9 where it is direct), the sums of the transforms' magnitudes multiplied out.
/// </summary>
[Trait("Category", "Numeric")]
public class WinogradRangeTests
{
    private const int Channels = 16, Side = 8;

    [Theory]
    [InlineData("Winograd4", 752)]
    [InlineData("Winograd2", 64)]
    [InlineData("Direct", 9)]
    public void Is_finite_within_its_documented_range(string form, float growth)
    {
        const float Weight = 0.5f;
        float largest = float.MaxValue / (growth * Weight * Channels) * 0.999f;
        IModule net = Net(form);
        var random = new Random(7);
        foreach (Parameter parameter in net.Parameters)
        {
            foreach (ref float w in parameter.Write())
                w = random.Next(2) == 0 ? Weight : -Weight;
        }

        // Signs at random, and all the same: sums that cancel and sums that do not.
        foreach (bool alike in new[] { false, true })
        {
            float[] x = new float[Channels * Side * Side], y = new float[x.Length];
            for (int i = 0; i < x.Length; i++)
                x[i] = alike || random.Next(2) == 0 ? largest : -largest;

            net.Forward(x, y);
            Assert.All(y, v => Assert.True(float.IsFinite(v), $"{v} of inputs of {largest}"));
            double[] expected = Textbook(x, net.Parameters["conv.weight"].Values.ToArray());
            double scale = expected.Max(Math.Abs);
            for (int i = 0; i < y.Length; i++)
                Assert.InRange(Math.Abs(y[i] - expected[i]) / scale, 0, 1e-5);
        }
    }

    [Theory]
    [InlineData("Winograd4", 4)]
    [InlineData("Winograd2", 2)]
    public void Beyond_it_what_is_too_large_spoils_its_tile_and_no_other(string form, int tile)
    {
        // One value of 3e38 among 1e20, with weights so small that the direct form is finite everywhere.
        float[] x = [.. Enumerable.Repeat(1e20f, Channels * Side * Side)], y = new float[x.Length];
        x[0] = 3e38f;
        IModule direct = Net("Direct"), net = Net(form);
        foreach (IModule module in new[] { direct, net })
            module.Parameters["conv.weight"].Write().Fill(1e-3f);

        direct.Forward(x, y);
        Assert.All(y, v => Assert.True(float.IsFinite(v)));
        net.Forward(x, y);
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / Side % Side, column = i % Side;
            if (row >= tile || column >= tile)
                Assert.True(float.IsFinite(y[i]), $"{row}, {column}");
        }
    }

    private static IModule Net(string form)
        => ModuleCompiler.CreateDeclared([$"[SENetwork({Channels}, Height = {Side}, Width = {Side}, InferenceOnly = true), Conv({Channels}, Bias = false, Name = \"conv\")]"], form)[0];

    private static double[] Textbook(float[] x, float[] weights)
    {
        double[] y = new double[x.Length];
        for (int o = 0; o < Channels; o++)
        {
            for (int r = 0; r < Side; r++)
            {
                for (int c = 0; c < Side; c++)
                {
                    double sum = 0;
                    for (int i = 0; i < Channels; i++)
                    {
                        for (int t = 0; t < 9; t++)
                        {
                            int row = r + t / 3 - 1, column = c + t % 3 - 1;
                            if (row is >= 0 and < Side && column is >= 0 and < Side)
                                sum += (double)weights[(o * Channels + i) * 9 + t] * x[(i * Side + row) * Side + column];
                        }
                    }

                    y[(o * Side + r) * Side + c] = sum;
                }
            }
        }

        return y;
    }
}
