using Microsoft.CodeAnalysis;
using SeGen.Generator.Model;

namespace SeGen.Generator.Reading;

/// <summary>Finds SeGen's attributes on a class, and those of the modules that its layers name.</summary>
internal static class ModuleAttributes
{
    private const string Namespace = "SeGen", Suffix = "Attribute";

    private const string Roots = "[SEBlock], [SEResidual], [InvertedResidual] or [SENetwork]";

    // Far beyond any network. Modules within modules that double at each depth would else never end.
    private const int MaxDepth = 64, MaxLayers = 5_000;

    /// <summary>SeGen's attributes of a class, in source order.</summary>
    public static IEnumerable<AttributeData> Of(INamedTypeSymbol type)
        => type.GetAttributes().Where(a => DeclaredAttribute.Kinds.Contains(KindOf(a)));

    /// <summary>The attribute's name without "Attribute", or "" where it is none of SeGen's.</summary>
    public static string KindOf(AttributeData attribute)
        => attribute.AttributeClass is { ContainingType: null, ContainingNamespace: { Name: Namespace, ContainingNamespace.IsGlobalNamespace: true } } type
            && type.Name.EndsWith(Suffix, StringComparison.Ordinal)
            ? type.Name.Substring(0, type.Name.Length - Suffix.Length)
            : "";

    /// <summary>The attributes of a class, with the modules that are layers of it.</summary>
    public static EquatableArray<DeclaredAttribute> Describe(INamedTypeSymbol type) => Describe(type, new Expansion());

    private static EquatableArray<DeclaredAttribute> Describe(INamedTypeSymbol type, Expansion around)
    {
        around.Add(type);
        EquatableArray<DeclaredAttribute> attributes = Of(type)
            .Select(a => a.AttributeClass!.Arity == 1
                ? Layer(a, a.AttributeClass.TypeArguments[0], around)
                : new DeclaredAttribute(KindOf(a), AttributeArguments.Of(a), null))
            .ToEquatableArray();
        around.RemoveAt(around.Count - 1);
        around.Layers += attributes.Count;
        return attributes;
    }

    // A type that the compiler does not know or take is its business, like an argument that it refuses.
    private static DeclaredAttribute Layer(AttributeData attribute, ITypeSymbol type, Expansion around)
    {
        bool refused = type.TypeKind == TypeKind.Error || type.IsValueType;
        return new DeclaredAttribute(
            KindOf(attribute), refused ? AttributeArguments.Broken : AttributeArguments.Of(attribute), Nested(type, around));
    }

    private static NestedModule Nested(ITypeSymbol type, Expansion around)
    {
        string name = type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class } named)
            return new NestedModule(name, $"it is no class; name one with {Roots}", default);

        INamedTypeSymbol parent = around[around.Count - 1];
        if (SymbolEqualityComparer.Default.Equals(named, parent))
            return new NestedModule(name, "it would contain itself; remove this layer", default);

        if (around.Contains(named, SymbolEqualityComparer.Default))
            return new NestedModule(name, $"it contains '{parent.Name}' itself; remove one of the two layers", default);

        if (around.Count >= MaxDepth || around.Layers >= MaxLayers)
            return new NestedModule(
                name, around.Layers >= MaxLayers
                    ? $"with the modules in it written out there are more than {MaxLayers} layers; use fewer"
                    : $"modules stand within each other more than {MaxDepth} deep; use fewer",
                default);

        if (around.Known.TryGetValue(named, out (NestedModule Module, int Layers) known))
        {
            around.Layers += known.Layers;
            return known.Module;
        }

        int before = around.Layers;
        EquatableArray<DeclaredAttribute> attributes = Describe(named, around);
        var module = new NestedModule(
            name, attributes.Any(a => a.IsRoot) ? null : $"it is no module; annotate it with {Roots}",
            attributes)
        { IsFaulty = attributes.Any(IsFaulty) };

        // What is around it decides no more than whether there is a circle.
        if (!module.IsFaulty)
            around.Known[named] = (module, around.Layers - before);

        return module;
    }

    private static bool IsFaulty(DeclaredAttribute attribute)
        => attribute.Nested is { } nested && (nested.Fault is not null || nested.IsFaulty);

    /// <summary>The modules around the one that is looked at, and how many layers have been written out so far.</summary>
    private sealed class Expansion : List<INamedTypeSymbol>
    {
        public int Layers { get; set; }

        /// <summary>Modules that were written out already, with how many layers each has.</summary>
        public Dictionary<INamedTypeSymbol, (NestedModule Module, int Layers)> Known { get; } = new(SymbolEqualityComparer.Default);
    }
}
