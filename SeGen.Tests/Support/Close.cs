namespace SeGen.Tests.Support;

/// <summary>Comparisons of tensors, by the largest difference over the largest magnitude of the expected one.</summary>
internal static class Close
{
    public static void AssertEqual(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = 0, worst = 0;
        int at = 0;
        foreach (double value in expected)
            scale = Math.Max(scale, Math.Abs(value));

        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(expected[i] - actual[i]);
            if (!(difference <= worst))
                (worst, at) = (difference, i);
        }

        // Never an absolute tolerance alone: a tensor of small values must be right too. The floor is the rounding of a zero.
        double allowed = tolerance * Math.Max(scale, 1e-30);
        Assert.True(worst <= allowed, $"{what}[{at}] is {(expected.Length > 0 ? actual[at] : 0)}, expected {(expected.Length > 0 ? expected[at] : 0)}; off by {worst:e2} where {allowed:e2} is allowed.");
    }

    public static void AssertEqual(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        double[] exact = new double[expected.Length];
        for (int i = 0; i < exact.Length; i++)
            exact[i] = expected[i];

        AssertEqual(exact, actual, tolerance, what);
    }

    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"{what}[{i}] is {actual[i]:g9}, not the same bits as {expected[i]:g9}.");
        }
    }
}
