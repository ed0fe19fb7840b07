using SeGen.Generator.Model;

namespace SeGen.Generator.Parsing;

/// <summary>A member of the user's that is in the way of one that the generator would write.</summary>
/// <param name="Name">As a user would write it: "Forward(ReadOnlySpan&lt;float&gt;, Span&lt;float&gt;)".</param>
/// <param name="Index">Which of the type's members, for its location.</param>
internal sealed record Conflict(string Name, int Index);

/// <summary>
/// Everything that the rules and the generator need to know of an annotated class, and nothing that keeps a compilation alive.
/// </summary>
/// <param name="Type">Where it stands and what it is called.</param>
/// <param name="SimpleName">Its name without escapes.</param>
/// <param name="IsPartial">Whether all its declarations say partial.</param>
/// <param name="Unsupported">What it is that a module cannot be: "static", "abstract", "generic", "a record" and so on; or null.</param>
/// <param name="NonPartialContainer">The first containing type that is not partial, or null.</param>
/// <param name="Unconstructible">Why the generated constructors could not compile, or null.</param>
/// <param name="Conflicts">Members in the way.</param>
/// <param name="Gates">The arguments of each gate attribute.</param>
/// <param name="Source">The first gate attribute as it was written.</param>
internal sealed record Declaration(
    TypeSpec Type,
    string SimpleName,
    bool IsPartial,
    string? Unsupported,
    string? NonPartialContainer,
    string? Unconstructible,
    EquatableArray<Conflict> Conflicts,
    EquatableArray<AttributeArguments> Gates,
    string Source);
