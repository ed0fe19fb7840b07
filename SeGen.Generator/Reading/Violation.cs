using SeGen.Generator.Model;

namespace SeGen.Generator.Reading;

/// <summary>What a violation is about: the analyzer finds the place in the source.</summary>
internal enum Place
{
    /// <summary>The class's name.</summary>
    Type,

    /// <summary>The attribute with the index.</summary>
    Attribute,

    /// <summary>The named argument of the attribute with the index.</summary>
    Argument,

    /// <summary>The user's member with the index.</summary>
    Member,
}

/// <summary>One thing that is wrong with a declaration.</summary>
/// <param name="Id">The diagnostic's id.</param>
/// <param name="Place">What it is about.</param>
/// <param name="Index">Of the attribute or member.</param>
/// <param name="Argument">The argument's name, or "".</param>
/// <param name="Values">What goes into the message.</param>
internal sealed record Violation(string Id, Place Place, int Index, string Argument, EquatableArray<string> Values)
{
    /// <summary>The attribute that has a part in it, for an additional location, or -1.</summary>
    public int Other { get; init; } = -1;

    public static Violation OfType(string id, params string[] values) => new(id, Place.Type, 0, "", new EquatableArray<string>(values));

    public static Violation OfMember(string id, int index, params string[] values)
        => new(id, index < 0 ? Place.Type : Place.Member, index, "", new EquatableArray<string>(values));

    public static Violation OfAttribute(string id, int index, params string[] values)
        => new(id, Place.Attribute, index, "", new EquatableArray<string>(values));

    /// <summary>The same of another attribute.</summary>
    public Violation At(int index) => this with { Index = index };

    public static Violation OfArgument(string id, string argument, params string[] values)
        => new(id, Place.Argument, 0, argument, new EquatableArray<string>(values));
}
