using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator.Diagnostics;

namespace SeGen.Generator.Reading;

/// <summary>What the name of a layer can be: it is a part of its parameters' names, and stands in comments and tables.</summary>
internal static class NameRules
{
    public static IEnumerable<Violation> CheckName(AttributeArguments layer)
    {
        // Category Control has no line and paragraph separators, which end a line of C# too.
        if (layer.Text("Name") is { } name && (name.Any(
            c => char.IsControl(c) || SyntaxFacts.IsNewLine(c) || c == '"') || name != name.Trim('.') || HasLoneSurrogate(name)))
        {
            yield return Violation.OfArgument(
                DiagnosticIds.OutOfRange, "Name", "Name", SymbolDisplay.FormatLiteral(name, quote: true),
                "without line breaks, control characters, quotation marks, half of a surrogate pair, and dots at its ends");
        }
    }

    /// <summary>Half of a pair is no text: neither a source file nor a file of weights can hold it.</summary>
    private static bool HasLoneSurrogate(string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (!char.IsSurrogate(name[i]))
                continue;

            if (i + 1 == name.Length || !char.IsSurrogatePair(name[i], name[i + 1]))
                return true;

            i++;
        }

        return false;
    }
}
