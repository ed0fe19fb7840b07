using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SeGen.Generator.Model;

namespace SeGen.Generator.Reading;

/// <summary>The one place that reads symbols: an annotated class becomes a <see cref="Declaration"/>.</summary>
internal static class DeclarationParser
{
    /// <summary>The text by which a generated declaration is known: the analyzer sees them beside the user's own.</summary>
    public const string GeneratorName = "SeGen.Generator";

    // "Forward(string)", "IModule.Threads".
    private static readonly SymbolDisplayFormat MemberFormat = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeExplicitInterface,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeParamsRefOut,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static Declaration Parse(INamedTypeSymbol type, CancellationToken cancellation)
    {
        AttributeData[] attributes = [.. Attributes(type)];
        TypeDeclarationSyntax[] declarations = [.. OwnDeclarations(type, cancellation)];
        EquatableArray<DeclaredAttribute> described = ModuleAttributes.Describe(type);
        return new Declaration(
            TypeNames.Describe(type),
            type.Name,
            declarations.All(IsPartial),
            Unsupported(type, declarations),
            NonPartialContainer(type, cancellation),
            Unconstructible(type, declarations),
            Conflicts(type, described.Any(a => a.Arguments.Enum<Model.Emit>("Emit") == Model.Emit.Cuda), cancellation).ToEquatableArray(),
            described,
            Scattered(attributes, cancellation),
            attributes.Select(a => a.ApplicationSyntaxReference?.GetSyntax(cancellation).NormalizedText() ?? "").ToEquatableArray(),
            HasToString(type, cancellation),
            HidingTypes.Find(type.ContainingAssembly, cancellation));
    }

    /// <summary>SeGen's attributes of a class, in source order.</summary>
    public static IEnumerable<AttributeData> Attributes(INamedTypeSymbol type) => ModuleAttributes.Of(type);

    private static int Scattered(AttributeData[] attributes, CancellationToken cancellation)
    {
        SyntaxNode? first = null;
        for (int i = 0; i < attributes.Length; i++)
        {
            SyntaxNode? on = attributes[i].ApplicationSyntaxReference?.GetSyntax(cancellation).FirstAncestorOrSelf<TypeDeclarationSyntax>();
            if (first is not null && on is not null && on != first)
                return i;

            first ??= on;
        }

        return -1;
    }

    /// <summary>The declarations of a type that the generator did not write.</summary>
    public static IEnumerable<TypeDeclarationSyntax> OwnDeclarations(INamedTypeSymbol type, CancellationToken cancellation)
        => type.DeclaringSyntaxReferences
            .Select(r => r.GetSyntax(cancellation))
            .OfType<TypeDeclarationSyntax>()
            .Where(d => !IsGenerated(d));

    public static bool IsPartial(TypeDeclarationSyntax declaration) => declaration.Modifiers.Any(m => m.Text == "partial");

    private static bool IsGenerated(SyntaxNode node)
        => node.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().Any(
            d => d.AttributeLists.SelectMany(l => l.Attributes).Any(
                a => a.Name.ToString().Contains("GeneratedCode") && a.ArgumentList?.Arguments.ToString().Contains(GeneratorName) == true));

    private static string? Unsupported(INamedTypeSymbol type, TypeDeclarationSyntax[] declarations)
    {
        if (type.IsRecord)
            return "a record";

        if (type.IsStatic)
            return "static";

        if (type.IsAbstract)
            return "abstract";

        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            string where = SymbolEqualityComparer.Default.Equals(outer, type)
                ? ""
                : $"nested in '{outer.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}', which is ";
            if (outer.IsFileLocal)
                return where + "file-local";

            if (outer.Arity > 0)
                return where + "generic";
        }

        if (ModuleBase(type) is { } basis)
            return $"derived from '{basis.Name}', a module itself";

        return declarations.Any(d => d is not ClassDeclarationSyntax) ? "no class" : null;
    }

    private static string? NonPartialContainer(INamedTypeSymbol type, CancellationToken cancellation)
    {
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (!OwnDeclarations(outer, cancellation).All(IsPartial))
                return outer.Name;
        }

        return null;
    }

    private static string? Unconstructible(INamedTypeSymbol type, TypeDeclarationSyntax[] declarations)
    {
        if (declarations.Any(d => d.ParameterList is not null))
            return "has a primary constructor";

        for (INamedTypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (t.GetMembers().Any(m => m is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true }))
                return "has required members";
        }

        if (type.BaseType is not { SpecialType: SpecialType.None } basis)
            return null;

        bool constructible = basis.InstanceConstructors.Any(
            c => c.Parameters.All(p => p.IsOptional || p.IsParams)
                && (c.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal
                    || (c.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedAndInternal
                        && SymbolEqualityComparer.Default.Equals(c.ContainingAssembly, type.ContainingAssembly))));
        return constructible ? null : $"has a base class, {basis.Name}, without an accessible parameterless constructor";
    }

    private static IEnumerable<Conflict> Conflicts(INamedTypeSymbol type, bool isCuda, CancellationToken cancellation)
    {
        // The type's own members first, so that their index tells the analyzer which one it is.
        ISymbol[] own = [.. OwnMembers(type, cancellation)];
        for (int i = 0; i < own.Length; i++)
        {
            if (!IsWrittenElsewhere(own[i], cancellation) && GeneratedMembers.Collides(own[i], isCuda))
                yield return new Conflict(own[i].ToDisplayString(MemberFormat), i, GeneratedMembers.KeyOf(own[i]));
        }

        // A base that is a module has all of them, and is refused for that.
        if (ModuleBase(type) is not null)
            yield break;

        // Inherited ones would only be hidden, but with a warning in code that the user cannot change.
        for (INamedTypeSymbol? basis = type.BaseType; basis is { SpecialType: SpecialType.None }; basis = basis.BaseType)
        {
            foreach (ISymbol member in OwnMembers(basis, cancellation))
            {
                if (member is not IMethodSymbol { MethodKind: MethodKind.Constructor }
                    && member.DeclaredAccessibility != Accessibility.Private
                    && !IsWrittenElsewhere(member, cancellation) && GeneratedMembers.Collides(member, isCuda))
                    yield return new Conflict($"{basis.Name}.{member.Name}", -1, GeneratedMembers.KeyOf(member));
            }
        }
    }

    /// <summary>One that the user wrote, here or in a base class; object's is for the generator to override.</summary>
    private static bool HasToString(INamedTypeSymbol type, CancellationToken cancellation)
    {
        for (INamedTypeSymbol? t = type; t is { SpecialType: SpecialType.None }; t = t.BaseType)
        {
            if (OwnMembers(t, cancellation).Any(
                m => m is IMethodSymbol { Name: "ToString", Arity: 0, Parameters.Length: 0 } or { Name: "ToString", Kind: not SymbolKind.Method }))
                return true;
        }

        return false;
    }

    private static INamedTypeSymbol? ModuleBase(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? basis = type.BaseType; basis is not null; basis = basis.BaseType)
        {
            if (Attributes(basis).Any(a => DeclaredAttribute.Roots.Contains(ModuleAttributes.KindOf(a))))
                return basis;
        }

        return null;
    }

    /// <summary>Accessors are part of their property, and a primary constructor is refused as such.</summary>
    private static bool IsWrittenElsewhere(ISymbol member, CancellationToken cancellation)
        => member is IMethodSymbol { AssociatedSymbol: not null }
            || member is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
                && constructor.DeclaringSyntaxReferences.Any(r => r.GetSyntax(cancellation) is TypeDeclarationSyntax);

    /// <summary>The members that the user wrote, in source order.</summary>
    public static IEnumerable<ISymbol> OwnMembers(INamedTypeSymbol type, CancellationToken cancellation)
        => type.GetMembers().Where(
            m => !m.IsImplicitlyDeclared && (m.DeclaringSyntaxReferences.IsEmpty || m.DeclaringSyntaxReferences.Any(
                r => !IsGenerated(r.GetSyntax(cancellation)))));
}
