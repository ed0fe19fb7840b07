using System.Globalization;
using System.Text;

namespace SeGen;

/// <summary>What a load took from a file and what it did not.</summary>
public sealed class LoadReport
{
    // A message is for a person.
    internal const int Listed = 10;

    internal LoadReport(
        string file, int loaded, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected,
        IReadOnlyList<string> mismatched, IReadOnlyList<string> ignored)
    {
        (File, Loaded, Missing, Unexpected, Mismatched, Ignored) = (file, loaded, missing, unexpected, mismatched, ignored);
    }

    /// <summary>The file's path, or how it was given.</summary>
    public string File { get; }

    /// <summary>How many parameters were read from the file.</summary>
    public int Loaded { get; }

    /// <summary>
    /// Parameters that the file lacks, by the module's names: they have the values that they had. Empty after a strict load.
    /// </summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Keys of the file that nothing asked for, of any type. Empty after a strict load.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>
    /// Settings in which the module differs from the one that was saved, such as an epsilon, each with both values: the weights fit, but
    /// the results will not be those of the saved module. Empty after a strict load, and where SeGen did not write the file.
    /// </summary>
    public IReadOnlyList<string> Mismatched { get; }

    /// <summary>
    /// Keys that are no parameters: <c>num_batches_tracked</c>, which is kept and written back, and what a <see cref="KeyMap"/> left out.
    /// </summary>
    public IReadOnlyList<string> Ignored { get; }

    /// <summary>"gate.safetensors: 4 parameters loaded", and at most ten lines of each kind of what was not.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{File}: {Loaded:N0} {(Loaded == 1 ? "parameter" : "parameters")} loaded");
        Append(text, "missing", Missing);
        Append(text, "unexpected", Unexpected);
        Append(text, "differs", Mismatched);
        Append(text, "ignored", Ignored);
        return text.ToString();
    }

    /// <summary>A line for each of the first few, and one that counts the rest.</summary>
    internal static void Append(StringBuilder text, string kind, IReadOnlyList<string> lines)
    {
        foreach (string line in lines.Take(Listed))
            text.Append("\n  ").Append(kind.PadRight(10)).Append("  ").Append(SafeTensorsException.Cut(line));

        if (lines.Count > Listed)
            text.Append(CultureInfo.InvariantCulture, $"\n  {kind.PadRight(10)}  and {lines.Count - Listed:N0} more");
    }
}
