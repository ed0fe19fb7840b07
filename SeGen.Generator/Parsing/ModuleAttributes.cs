using Microsoft.CodeAnalysis;
using SeGen.Generator.Model;

namespace SeGen.Generator.Parsing;

/// <summary>Finds SeGen's attributes on a class, and those of the modules that its layers name.</summary>
internal static class ModuleAttributes
{
    private const string Namespace = "SeGen", Suffix = "Attribute";

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
            .Select(a => new DeclaredAttribute(KindOf(a), AttributeArguments.Of(a), a.AttributeClass!.Arity == 1 ? Nested(a.AttributeClass.TypeArguments[0], around) : null))
            .ToEquatableArray();
        around.RemoveAt(around.Count - 1);
        return attributes;
    }

    private static NestedModule Nested(ITypeSymbol type, List<INamedTypeSymbol> around)
    {
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class } named)
            return new NestedModule(type.Name, "is no class", default);

        if (around.Contains(named, SymbolEqualityComparer.Default))
            return new NestedModule(type.Name, $"contains {around[around.Count - 1].Name} itself", default);

        EquatableArray<DeclaredAttribute> attributes = Describe(named, around);
        return new NestedModule(type.Name, attributes.Any(a => a.IsRoot) ? null : "has no attribute that makes it a module", attributes);
    }
}
