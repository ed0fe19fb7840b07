using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using SeGen.Generator.Emit;
using SeGen.Generator.Model;
using SeGen.Generator.Parsing;
using SeGen.Generator.Planning;
using SeGen.Generator.Rules;

namespace SeGen.Generator;

/// <summary>Attributes to Spec, Spec to Plan, Plan to source. Diagnostics are the analyzer's, which asks the same rules.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class SeGenGenerator : IIncrementalGenerator
{
    private static readonly Encoding Utf8WithoutMark = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Names of the steps, for tests of what runs again after an edit.</summary>
    internal static class Steps
    {
        public const string Specs = nameof(Specs);
    }

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<SEBlockSpec> blocks = context.SyntaxProvider
            .ForAttributeWithMetadataName(DeclarationParser.SEBlockAttribute, IsClass, ToSpec)
            .Where(static spec => spec is not null)
            .Select(static (spec, _) => spec!)
            .WithTrackingName(Steps.Specs);

        context.RegisterSourceOutput(blocks, AddSource);
    }

    private static bool IsClass(SyntaxNode node, CancellationToken cancellation) => node is TypeDeclarationSyntax;

    private static SEBlockSpec? ToSpec(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
        => DeclarationRules.ToSpec(DeclarationParser.Parse((INamedTypeSymbol)context.TargetSymbol, cancellation));

    private static void AddSource(SourceProductionContext context, SEBlockSpec spec)
        => context.AddSource(spec.Type.HintName, SourceText.From(SEBlockEmitter.Emit(SEBlockPlanner.Plan(spec)), Utf8WithoutMark));
}
