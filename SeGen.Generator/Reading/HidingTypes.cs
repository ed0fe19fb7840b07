using Microsoft.CodeAnalysis;

namespace SeGen.Generator.Reading;

/// <summary>
/// Types that would be meant by mistake in generated code: those that have the name of a contextual keyword where every file sees them,
/// those in the namespaces that are SeGen's own, and those that stand beside types of the platform that generated code names.
/// </summary>
internal static class HidingTypes
{
    // Other contextual keywords (record, file, dynamic) are not written where a type can stand.
    private static readonly string[] Keywords = ["var", "nint", "nuint"];

    private static readonly string[] OwnNamespaces = ["Generated", "CompilerServices", "Simd", "Threading"];

    // What module and kernel files open by using.
    private static readonly string[] PlatformNamespaces =
        ["System", "System.Runtime.CompilerServices", "System.Runtime.InteropServices", "System.Runtime.Intrinsics"];

    private static readonly string[] PlatformTypes =
    [
        "Array", "GC", "Int128", "Math", "MathF", "MemoryMarshal", "ReadOnlySpan", "Span", "Unsafe", "Vector128", "Vector256", "Vector512",
        "MethodImpl", "MethodImplAttribute", "MethodImplOptions",
    ];

    /// <summary>The first of them in an assembly as it would be written, or null.</summary>
    public static string? Find(IAssemblySymbol assembly, CancellationToken cancellation)
    {
        INamespaceSymbol global = assembly.GlobalNamespace;
        INamespaceSymbol? own = global.GetNamespaceMembers().FirstOrDefault(n => n.Name == "SeGen");
        foreach (string keyword in Keywords)
        {
            if (global.GetTypeMembers(keyword).Any() || own?.GetTypeMembers(keyword).Any() == true)
                return $"@{keyword}";
        }

        IEnumerable<INamedTypeSymbol> inOwn = own is null
            ? []
            : own.GetNamespaceMembers().Where(n => OwnNamespaces.Contains(n.Name)).SelectMany(TypesOf);
        IEnumerable<INamedTypeSymbol> inPlatform = PlatformNamespaces
            .Select(n => Namespace(global, n))
            .SelectMany(n => n is null ? [] : PlatformTypes.SelectMany(t => n.GetTypeMembers(t)));
        return inOwn.Concat(inPlatform)
            .FirstOrDefault(t => !t.IsFileLocal && DeclarationParser.OwnDeclarations(t, cancellation).Any())
            ?.ToDisplayString();
    }

    private static INamespaceSymbol? Namespace(INamespaceSymbol? within, string name)
    {
        foreach (string part in name.Split('.'))
            within = within?.GetNamespaceMembers().FirstOrDefault(n => n.Name == part);

        return within;
    }

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceSymbol space)
        => space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(TypesOf));
}
