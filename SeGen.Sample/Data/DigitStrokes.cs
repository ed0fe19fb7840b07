namespace SeGen.Sample.Data;

/// <summary>The digits as a pen writes them: lines through points from 0 to 1, x to the right and y down.</summary>
internal static class DigitStrokes
{
    private static readonly (float X, float Y)[][][] All =
    [
        [Arc(0.5f, 0.5f, 0.27f, 0.4f, 0, 360)],
        [[(0.35f, 0.28f), (0.54f, 0.1f), (0.54f, 0.9f)]],
        [[.. Arc(0.5f, 0.32f, 0.25f, 0.22f, 190, 380), (0.25f, 0.88f), (0.77f, 0.88f)]],
        [[.. Arc(0.47f, 0.3f, 0.25f, 0.2f, 200, 440), .. Arc(0.47f, 0.7f, 0.27f, 0.2f, 280, 520)]],
        [[(0.62f, 0.1f), (0.22f, 0.62f), (0.8f, 0.62f)], [(0.62f, 0.36f), (0.62f, 0.92f)]],
        [[(0.74f, 0.1f), (0.32f, 0.1f), (0.3f, 0.46f), .. Arc(0.48f, 0.66f, 0.27f, 0.24f, 235, 520)]],
        [[(0.66f, 0.1f), (0.38f, 0.34f), (0.26f, 0.66f), .. Arc(0.5f, 0.7f, 0.24f, 0.2f, 180, 540)]],
        [[(0.22f, 0.12f), (0.78f, 0.12f), (0.42f, 0.9f)]],
        [Arc(0.5f, 0.3f, 0.21f, 0.2f, 0, 360), Arc(0.5f, 0.7f, 0.25f, 0.2f, 0, 360)],
        [Arc(0.5f, 0.32f, 0.24f, 0.22f, 0, 360), [(0.74f, 0.32f), (0.7f, 0.62f), (0.58f, 0.9f)]],
    ];

    public static int Count => All.Length;

    /// <summary>The strokes of a digit.</summary>
    public static IReadOnlyList<(float X, float Y)[]> Of(int digit) => All[digit];

    /// <summary>A part of an ellipse, its angles in degrees clockwise from the right.</summary>
    private static (float X, float Y)[] Arc(float x, float y, float radiusX, float radiusY, int from, int to)
    {
        const int Step = 30;
        var points = new (float, float)[(to - from + Step - 1) / Step + 1];
        for (int i = 0; i < points.Length; i++)
        {
            (float sine, float cosine) = MathF.SinCos(Math.Min(from + i * Step, to) * MathF.PI / 180);
            points[i] = (x + radiusX * cosine, y + radiusY * sine);
        }

        return points;
    }
}
