using Spectre.Console;

namespace SeGen.Sample;

/// <summary>Values from 0 to 1 as coloured cells; terminals without colours see the digits.</summary>
internal static class HeatMap
{
    /// <summary>Values in a line.</summary>
    public const int Columns = 16;

    /// <summary>One row of values, sixteen in a line, each line with its first index.</summary>
    public static void Write(ReadOnlySpan<float> values)
    {
        for (int row = 0; row < values.Length; row += Columns)
            Line($"{row,5} ", values.Slice(row, Math.Min(Columns, values.Length - row)));
    }

    /// <summary>Rows of values, each with its index; where there are more columns than fit a line, neighbours are averaged.</summary>
    public static void Write(IReadOnlyList<float[]> rows)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            int columns = Math.Min(Columns, rows[row].Length);
            float[] means = new float[columns];
            for (int i = 0; i < columns; i++)
            {
                int first = i * rows[row].Length / columns, end = (i + 1) * rows[row].Length / columns;
                means[i] = rows[row].AsSpan(first, end - first).ToArray().Average();
            }

            Line($"{row,5} ", means);
        }
    }

    private static void Line(string head, ReadOnlySpan<float> values)
    {
        AnsiConsole.Write(new Text(head, new Style(Color.Grey)));
        foreach (float value in values)
            AnsiConsole.Write(new Text($"{value:f2} ".Replace("0.", " .", StringComparison.Ordinal), new Style(Color.White, Shade(value))));

        AnsiConsole.WriteLine();
    }

    /// <summary>From blue, closed, to red, open.</summary>
    private static Color Shade(float value)
    {
        float v = Math.Clamp(value, 0f, 1f);
        return new Color((byte)(40 + 180 * v), 40, (byte)(220 - 180 * v));
    }
}
