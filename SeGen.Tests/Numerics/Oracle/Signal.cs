namespace SeGen.Tests.Numerics.Oracle;

/// <summary>A batch of maps between two layers, with the gradient that comes back to it.</summary>
internal sealed class Signal
{
    public Signal(IEnumerable<Map> images)
    {
        Images = [.. images];
        Gradients = [.. Images.Select(m => new Map(m.Channels, m.Height, m.Width))];
    }

    public Map[] Images { get; }

    /// <summary>Sums of what all readers send back.</summary>
    public Map[] Gradients { get; }

    public int Channels => Images[0].Channels;

    public static Signal Of(ReadOnlySpan<float> values, int channels, int height, int width)
    {
        double[] exact = new double[values.Length];
        for (int i = 0; i < exact.Length; i++)
            exact[i] = values[i];

        return new Signal(exact.Chunk(channels * height * width).Select(image => new Map(image, channels, height, width)));
    }
}
