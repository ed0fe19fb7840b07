namespace SeGen.Sample.Data;

/// <summary>
/// Digits that are drawn as they are asked for, each epoch anew: with a pen of some thickness, slanted, turned, shifted, out of shape, on
/// noise. The same seed, index and epoch give the same image.
/// </summary>
internal sealed class DrawnDigits(int count, int seed) : ITrainingData
{
    private const int Side = 28, MaxSegments = 32;

    private readonly Segment[] _segments = new Segment[MaxSegments];

    public int Count => count;

    public int Height => Side;

    public int Width => Side;

    public int SampleLength => Side * Side;

    public int Classes => DigitStrokes.Count;

    public int Read(int index, int epoch, Span<float> sample)
    {
        var random = new SplitMix(seed, index, epoch);
        int digit = index % Classes, segments = Place(digit, ref random);
        float thickness = random.Between(0.9f, 2f), noise = random.Between(0, 0.12f);
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float ink = Math.Clamp(thickness + 0.5f - Distance(segments, x, y), 0, 1);
                sample[y * Side + x] = Math.Clamp(ink + random.Between(-noise, noise), 0, 1);
            }
        }

        return digit;
    }

    /// <summary>Puts the digit's lines on the image and returns how many there are.</summary>
    private int Place(int digit, ref SplitMix random)
    {
        float angle = random.Between(-0.25f, 0.25f), slant = random.Between(-0.3f, 0.3f), wobble = 0.035f;
        float width = random.Between(15, 22), height = random.Between(17, 23), right = random.Between(-2.5f, 2.5f), down = random.Between(-2.5f, 2.5f);
        (float sine, float cosine) = MathF.SinCos(angle);
        int segments = 0;
        foreach ((float X, float Y)[] stroke in DigitStrokes.Of(digit))
        {
            (float X, float Y) last = default;
            for (int i = 0; i < stroke.Length; i++)
            {
                float v = stroke[i].Y - 0.5f + random.Between(-wobble, wobble), u = stroke[i].X - 0.5f - slant * v + random.Between(-wobble, wobble);
                (float x, float y) = (u * width, v * height);
                (float X, float Y) point = (cosine * x - sine * y + Side / 2f + right, sine * x + cosine * y + Side / 2f + down);
                if (i > 0)
                    _segments[segments++] = new Segment(last.X, last.Y, point.X - last.X, point.Y - last.Y);

                last = point;
            }
        }

        return segments;
    }

    private float Distance(int segments, float x, float y)
    {
        float nearest = float.MaxValue;
        foreach (Segment s in _segments.AsSpan(0, segments))
        {
            float dx = x - s.X, dy = y - s.Y, along = Math.Clamp((dx * s.Right + dy * s.Down) / (s.Right * s.Right + s.Down * s.Down + 1e-6f), 0, 1);
            (dx, dy) = (dx - along * s.Right, dy - along * s.Down);
            nearest = Math.Min(nearest, dx * dx + dy * dy);
        }

        return MathF.Sqrt(nearest);
    }

    /// <summary>A line from a point, so far to the right and down.</summary>
    private readonly record struct Segment(float X, float Y, float Right, float Down);
}
