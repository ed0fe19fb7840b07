using SeGen.Generator.Model;

namespace SeGen.Generator.Reading;

/// <summary>A member of the user's that is in the way of one that the generator would write.</summary>
/// <param name="Name">As a user would write it: "Forward(ReadOnlySpan&lt;float&gt;, Span&lt;float&gt;)".</param>
/// <param name="Index">Which of the type's members, for its location.</param>
/// <param name="Key">The generated member, as <see cref="GeneratedMembers.KeyOf"/> names it.</param>
internal sealed record Conflict(string Name, int Index, string Key);

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
/// <param name="Attributes">SeGen's attributes, in source order.</param>
/// <param name="Scattered">The first of them that stands on another declaration of the class than the one before, or -1.</param>
/// <param name="Source">The attributes as they were written.</param>
/// <param name="HasToString">Whether the class, or one that it extends, has a ToString of its own.</param>
/// <param name="HiddenBy">A type whose name or place changes what generated code means, or null.</param>
internal sealed record Declaration(
    TypeSpec Type,
    string SimpleName,
    bool IsPartial,
    string? Unsupported,
    string? NonPartialContainer,
    string? Unconstructible,
    EquatableArray<Conflict> Conflicts,
    EquatableArray<DeclaredAttribute> Attributes,
    int Scattered,
    EquatableArray<string> Source,
    bool HasToString,
    string? HiddenBy)
{
    /// <summary>The position of the attribute that says what kind of module this is, or -1: layers of no network.</summary>
    public int Root
    {
        get
        {
            foreach (string kind in DeclaredAttribute.Roots)
            {
                for (int i = 0; i < Attributes.Count; i++)
                {
                    if (Attributes[i].Kind == kind)
                        return i;
                }
            }

            return -1;
        }
    }

    /// <summary>The kind of module, or null.</summary>
    public string? RootKind => Root < 0 ? null : Attributes[Root].Kind;
}
