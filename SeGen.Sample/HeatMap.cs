using Spectre.Console;

namespace SeGen.Sample;

/// <summary>Values from 0 to 1 as coloured cells, sixteen in a row; terminals without colours see the digits.</summary>
internal static class HeatMap
{
    private const int Columns = 16;

    public static void Write(ReadOnlySpan<float> values)
    {
        for (int row = 0; row < values.Length; row += Columns)
        {
            AnsiConsole.Write(new Text($"{row,5} ", new Style(Color.Grey)));
            for (int i = row; i < Math.Min(row + Columns, values.Length); i++)
                AnsiConsole.Write(new Text($"{values[i]:f2} ".Replace("0.", " .", StringComparison.Ordinal), new Style(Color.White, Shade(values[i]))));

            AnsiConsole.WriteLine();
        }
    }

    /// <summary>From blue, closed, to red, open.</summary>
    private static Color Shade(float value)
    {
        float v = Math.Clamp(value, 0f, 1f);
        return new Color((byte)(40 + 180 * v), 40, (byte)(220 - 180 * v));
    }
}
