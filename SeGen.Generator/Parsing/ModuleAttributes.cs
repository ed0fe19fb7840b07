using Microsoft.CodeAnalysis;
using SeGen.Generator.Model;

namespace SeGen.Generator.Parsing;

/// <summary>Finds SeGen's attributes on a class, and those of the modules that its layers name.</summary>
internal static class ModuleAttributes
{
    private const string Namespace = "SeGen", Suffix = "Attribute";

    private const string Roots = "[SEBlock], [SEResidual], [InvertedResidual] or [SENetwork]";

    /// <summary>SeGen's attributes of a class, in source order.</summary>
    public static IEnumerable<AttributeData> Of(INamedTypeSymbol type) => type.GetAttributes().Where(a => DeclaredAttribute.Kinds.Contains(KindOf(a)));

    /// <summary>The attribute's name without "Attribute", or "" where it is none of SeGen's.</summary>
    public static string KindOf(AttributeData attribute)
        => attribute.AttributeClass is { ContainingType: null, ContainingNamespace: { Name: Namespace, ContainingNamespace.IsGlobalNamespace: true } } type
            && type.Name.EndsWith(Suffix, StringComparison.Ordinal)
            ? type.Name.Substring(0, type.Name.Length - Suffix.Length)
            : "";

    /// <summary>The attributes of a class, with the modules that are layers of it.</summary>
    public static EquatableArray<DeclaredAttribute> Describe(INamedTypeSymbol type) => Describe(type, []);

    private static EquatableArray<DeclaredAttribute> Describe(INamedTypeSymbol type, List<INamedTypeSymbol> around)
    {
        around.Add(type);
        EquatableArray<DeclaredAttribute> attributes = Of(type)
            .Select(a => a.AttributeClass!.Arity == 1
                ? Layer(a, a.AttributeClass.TypeArguments[0], around)
                : new DeclaredAttribute(KindOf(a), AttributeArguments.Of(a), null))
            .ToEquatableArray();
        around.RemoveAt(around.Count - 1);
        return attributes;
    }

    // A type that the compiler does not know or take is its business, like an argument that it refuses.
    private static DeclaredAttribute Layer(AttributeData attribute, ITypeSymbol type, List<INamedTypeSymbol> around)
    {
        bool refused = type.TypeKind == TypeKind.Error || type.IsValueType;
        return new DeclaredAttribute(KindOf(attribute), refused ? AttributeArguments.Broken : AttributeArguments.Of(attribute), Nested(type, around));
    }

    private static NestedModule Nested(ITypeSymbol type, List<INamedTypeSymbol> around)
    {
        string name = type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class } named)
            return new NestedModule(name, $"it is no class; name one with {Roots}", default);

        INamedTypeSymbol parent = around[around.Count - 1];
        if (SymbolEqualityComparer.Default.Equals(named, parent))
            return new NestedModule(name, "it would contain itself; remove this layer", default);

        if (around.Contains(named, SymbolEqualityComparer.Default))
            return new NestedModule(name, $"it contains '{parent.Name}' itself; remove one of the two layers", default);

        EquatableArray<DeclaredAttribute> attributes = Describe(named, around);
        return new NestedModule(name, attributes.Any(a => a.IsRoot) ? null : $"it is no module; annotate it with {Roots}", attributes);
    }
}
