using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator.Diagnostics;
using SeGen.Generator.Parsing;

namespace SeGen.Generator.Rules;

/// <summary>What the name of a layer can be: it is a part of its parameters' names, and stands in comments and tables.</summary>
internal static class NameRules
{
    public static IEnumerable<Violation> CheckName(AttributeArguments layer)
    {
        // Category Control has no line and paragraph separators, which end a line of C# too.
        if (layer.Text("Name") is { } name && (name.Any(c => char.IsControl(c) || SyntaxFacts.IsNewLine(c) || c == '"') || name != name.Trim('.')))
        {
            yield return Violation.OfArgument(
                DiagnosticIds.OutOfRange, "Name", "Name", SymbolDisplay.FormatLiteral(name, quote: true),
                "without line breaks, control characters, quotation marks, and dots at its ends");
        }
    }
}
