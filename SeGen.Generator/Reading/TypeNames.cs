using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Reading;

/// <summary>Names of types as C# source and as file names.</summary>
internal static class TypeNames
{
    private const int LongestTree = 1000, LongestText = 300;

    public static TypeSpec Describe(INamedTypeSymbol type)
    {
        var containers = new Stack<ContainingType>();
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
            containers.Push(new ContainingType(Keywords(outer), Escape(outer.Name)));

        string display = type.ToDisplayString();
        return new TypeSpec(
            type.ContainingNamespace.IsGlobalNamespace
                ? ""
                : type.ContainingNamespace.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat),
            containers.ToEquatableArray(),
            Escape(type.Name),
            display,
            HintName(type));
    }

    /// <summary>
    /// The attribute's text on one line: a line break in it, in a comment or a string of several lines, would end the comment that the text
    /// is written into.
    /// </summary>
    public static string NormalizedText(this SyntaxNode node)
    {
        if (node is not AttributeSyntax attribute)
            return "";

        // Rewriting the tree takes time with the square of a long expression's length.
        string written = attribute.ToString();
        if (written.Length > LongestTree)
            return $"[{Shortened(written)}]";

        AttributeSyntax bare = attribute.ReplaceTokens(attribute.DescendantTokens(), static (_, token) => token.WithoutTrivia());
        string text = bare.NormalizeWhitespace(indentation: "", eol: " ").ToFullString();
        return $"[{string.Concat(text.Select(c => SyntaxFacts.IsNewLine(c) ? ' ' : c))}]";
    }

    /// <summary>The tokens of a long text with a blank between them, cut where nobody reads on.</summary>
    private static string Shortened(string written)
    {
        var text = new System.Text.StringBuilder();
        foreach (SyntaxToken token in SyntaxFactory.ParseTokens(written).TakeWhile(t => !t.IsKind(SyntaxKind.EndOfFileToken)))
        {
            if (text.Length > LongestText)
                return $"{text} ...";

            text.Append(text.Length == 0 ? "" : " ").Append(token.Text.Length > LongestText ? "..." : token.Text);
        }

        return string.Concat(text.ToString().Select(c => SyntaxFacts.IsNewLine(c) ? ' ' : c));
    }

    private static string Keywords(INamedTypeSymbol type) => type switch
    {
        { IsRecord: true, TypeKind: TypeKind.Struct } => "partial record struct",
        { IsRecord: true } => "partial record",
        { TypeKind: TypeKind.Struct } => "partial struct",
        { TypeKind: TypeKind.Interface } => "partial interface",
        _ => "partial class",
    };

    private static string Escape(string name)
        => SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None
            ? "@" + name
            : name;

    /// <summary>
    /// The full name, dots between all its parts. Hint names are compared without regard to case: where a sibling anywhere on the way
    /// differs in case alone, a hash of the exact name keeps them apart. So it does for a namespace and a type of one name: that is an
    /// error, but equal hint names would take all modules' files away with it.
    /// </summary>
    private static string HintName(INamedTypeSymbol type)
    {
        var parts = new Stack<string>();
        string exact = "";
        bool ambiguous = false;
        for (ISymbol part = type; part is not INamespaceSymbol { IsGlobalNamespace: true }; part = part.ContainingSymbol)
        {
            parts.Push(part.Name);
            exact = $"{(part.ContainingType is null ? "." : "+")}{part.Name}{exact}";
            ambiguous |= part.ContainingSymbol is INamespaceOrTypeSymbol container && container.GetMembers().Any(
                m => m is INamespaceOrTypeSymbol && (m.Name != part.Name || m.Kind != part.Kind)
                    && string.Equals(m.Name, part.Name, StringComparison.OrdinalIgnoreCase));
        }

        string name = string.Join(".", parts);
        return FileNames.Bounded(name, ambiguous ? exact : null) + ".g.cs";
    }
}
