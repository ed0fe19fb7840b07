using Microsoft.CodeAnalysis.CSharp;

namespace SeGen.Generator.Text;

/// <summary>String literals: layer names are the user's.</summary>
internal static class Literal
{
    public static string Of(string value) => SymbolDisplay.FormatLiteral(value, quote: true);
}
