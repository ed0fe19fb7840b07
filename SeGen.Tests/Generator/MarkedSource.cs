using Microsoft.CodeAnalysis.Text;

namespace SeGen.Tests.Generator;

/// <summary>Source text in which [| and |] stand around what a diagnostic is expected to underline.</summary>
internal sealed record MarkedSource(string Text, IReadOnlyList<TextSpan> Spans)
{
    /// <summary>What the harness puts before every file.</summary>
    public const string Using = "using SeGen;\n";

    public static MarkedSource Parse(string source)
    {
        string text = "";
        var spans = new List<TextSpan>();
        foreach (string piece in source.Split("[|"))
        {
            int end = piece.IndexOf("|]", StringComparison.Ordinal);
            if (end >= 0)
                spans.Add(new TextSpan(Using.Length + text.Length, end));

            text += piece.Replace("|]", "", StringComparison.Ordinal);
        }

        return new MarkedSource(text, spans);
    }
}
