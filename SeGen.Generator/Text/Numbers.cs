using System.Globalization;

namespace SeGen.Generator.Text;

/// <summary>The one place where numbers become text: never by the culture of the machine that compiles.</summary>
internal static class Numbers
{
    /// <summary>A decimal integer: 3136.</summary>
    public static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>For people: 200,704.</summary>
    public static string Grouped(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The same of a number that may be beyond any integer.</summary>
    public static string Grouped(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number for messages, as C# would write it: 0.9.</summary>
    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Eight hexadecimal digits that are the same in every process (FNV-1a, Fowler, Noll, Vo 1991).</summary>
    public static string StableHash(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text)
            hash = unchecked((hash ^ c) * 16777619);

        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
