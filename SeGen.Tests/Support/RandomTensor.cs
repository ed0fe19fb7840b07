namespace SeGen.Tests.Support;

/// <summary>Tensors for tests, the same for the same seed.</summary>
internal static class RandomTensor
{
    /// <summary>Values of a normal distribution with mean 0 and variance 1 (Box and Muller).</summary>
    public static float[] Normal(int length, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

        return values;
    }
}
