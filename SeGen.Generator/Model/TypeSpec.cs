namespace SeGen.Generator.Model;

/// <summary>A type around the module's: "partial class Outer".</summary>
internal sealed record ContainingType(string Keywords, string Name);

/// <summary>Where a module's class stands and what it is called; names are escaped for C# where they are keywords.</summary>
/// <param name="Namespace">The namespace, or "" for none.</param>
/// <param name="Containers">The types around it, outermost first.</param>
/// <param name="Name">The class.</param>
/// <param name="DisplayName">The full name, for messages.</param>
/// <param name="HintName">The generated file.</param>
internal sealed record TypeSpec(
    string Namespace, EquatableArray<ContainingType> Containers, string Name, string DisplayName, string HintName);
