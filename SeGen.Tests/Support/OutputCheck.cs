using SeGen.Tests.Numerics.Oracle;

namespace SeGen.Tests.Support;

/// <summary>A network's inference against the oracle, for some images and for one, with any number of threads.</summary>
internal static class OutputCheck
{
    private const int Batch = 5;
    private const double Tolerance = 2e-5;

    public static void AgainstOracle(IModule module, string name, int channels, int height, int width, int seed)
    {
        int image = channels * height * width;
        float[] x = RandomTensor.Normal(Batch * image, seed), y = [];
        new NetworkOracle(module, calibrate: true).Run(x.AsSpan(0, image), channels, height, width);
        var oracle = new NetworkOracle(module, calibrate: false);
        double[] expected = [.. Enumerable.Range(0, Batch).SelectMany(n => oracle.Run(x.AsSpan(n * image, image), channels, height, width))];
        float[]? first = null;
        foreach (int threads in new[] { 1, 2, 3, 8 })
        {
            module.Threads = threads;
            y = new float[expected.Length];
            module.Forward(x, y);
            Close.AssertEqual(expected, y, Tolerance, $"{name}: output");
            Close.AssertSameBits(first ??= y, y, $"{name}: output on {threads} threads");
        }

        // An image alone is cut as it is among others.
        float[] alone = new float[y.Length / Batch];
        module.Forward(x.AsSpan(image, image), alone);
        Close.AssertSameBits(y.AsSpan(alone.Length, alone.Length), alone, $"{name}: an image alone");
    }
}
