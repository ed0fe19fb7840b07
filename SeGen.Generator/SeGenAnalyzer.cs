using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using SeGen.Generator.Declarations;
using SeGen.Generator.Diagnostics;
using SeGen.Generator.Reading;

namespace SeGen.Generator;

/// <summary>Reports what is wrong with a declaration, at the very argument or member, so that #pragma and .editorconfig work.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SeGenAnalyzer : DiagnosticAnalyzer
{
    // What the one parameter of an attribute's constructor is called as a property.
    private static readonly string[] Positional = ["Channels", "Features", "Kernel", "P"];

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => Descriptors.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        // On anything but a class the compiler itself refuses the attribute.
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.TypeKind != TypeKind.Class)
            return;

        AttributeData[] attributes = [.. DeclarationParser.Attributes(type)];
        if (attributes.Length == 0)
            return;

        Declaration declaration = DeclarationParser.Parse(type, context.CancellationToken);
        foreach (Violation violation in DeclarationRules.Check(declaration, context.CancellationToken))
        {
            Location? other = violation.Other >= 0 && violation.Other != violation.Index
                ? attributes[violation.Other].ApplicationSyntaxReference?.GetSyntax(context.CancellationToken).GetLocation()
                : null;
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.Of(violation.Id), Locate(violation, type, attributes, context.CancellationToken),
                other is null ? null : [other], [.. violation.Values]));
        }
    }

    private static Location Locate(Violation violation, INamedTypeSymbol type, AttributeData[] attributes, CancellationToken cancellation)
    {
        // Of several declarations the one that is to be changed, so that the code fix finds it.
        TypeDeclarationSyntax[] declarations = [.. DeclarationParser.OwnDeclarations(type, cancellation)];
        TypeDeclarationSyntax? wrong = violation.Id == DiagnosticIds.NotPartial
            ? declarations.FirstOrDefault(d => !DeclarationParser.IsPartial(d))
            : null;
        Location ofType = (wrong ?? declarations.FirstOrDefault())?.Identifier.GetLocation() ?? type.Locations[0];
        switch (violation.Place)
        {
            case Place.Member:
                return DeclarationParser.OwnMembers(type, cancellation).ElementAt(violation.Index).Locations[0];
            case Place.Attribute or Place.Argument:
                var attribute = attributes[violation.Index].ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;
                return Argument(attribute, violation.Argument)?.GetLocation() ?? attribute?.GetLocation() ?? ofType;
            default:
                return ofType;
        }
    }

    /// <summary>The last argument of that name, which is the one that counts; the positional one where only that stands there.</summary>
    private static AttributeArgumentSyntax? Argument(AttributeSyntax? attribute, string name)
    {
        SeparatedSyntaxList<AttributeArgumentSyntax>? arguments = attribute?.ArgumentList?.Arguments;
        if (arguments is null || name.Length == 0)
            return null;

        return arguments.Value.LastOrDefault(a => a.NameEquals?.Name.Identifier.ValueText == name)
            ?? arguments.Value.FirstOrDefault(a => Positional.Contains(name) && a.NameEquals is null);
    }
}
