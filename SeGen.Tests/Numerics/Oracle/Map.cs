namespace SeGen.Tests.Numerics.Oracle;

/// <summary>A tensor [C, H, W] in double precision.</summary>
internal sealed record Map(double[] Values, int Channels, int Height, int Width)
{
    public Map(int channels, int height, int width)
        : this(new double[channels * height * width], channels, height, width)
    {
    }

    public ref double this[int c, int y, int x] => ref Values[(c * Height + y) * Width + x];

    public int Pixels => Height * Width;

    /// <summary>The same shape with every value replaced.</summary>
    public Map Select(Func<double, double> function) => this with { Values = [.. Values.Select(function)] };

    /// <summary>The same shape with every value replaced, by its channel.</summary>
    public Map Select(Func<double, int, double> function) => this with { Values = [.. Values.Select((v, i) => function(v, i / Pixels))] };
}
