using SeGen.Generator.Model;

namespace SeGen.Generator.Reading;

/// <summary>
/// What is written for a class whose declaration is wrong while the class itself is right: its members, which throw. Without them each use
/// of the class would be an error of its own, beside the one that says what to change.
/// </summary>
/// <param name="Type">The user's class.</param>
/// <param name="IsGate">Whether it would be a gate alone.</param>
/// <param name="IsCuda">Whether it would have CreateCuda.</param>
/// <param name="HasToString">Whether the user has written a ToString.</param>
/// <param name="Taken">Members that the user has written.</param>
/// <param name="Ids">The errors.</param>
internal sealed record StubSpec(
    TypeSpec Type, bool IsGate, bool IsCuda, bool HasToString, EquatableArray<string> Taken, EquatableArray<string> Ids);

/// <summary>Decides whether members of a wrong declaration can be written.</summary>
internal static class Stubs
{
    public static StubSpec? Of(Declaration declaration, IEnumerable<Violation> violations)
        => declaration.RootKind is not { } root || declaration.SimpleName.Length == 0 || !declaration.IsPartial
            || declaration.Unsupported is not null || declaration.NonPartialContainer is not null || declaration.Unconstructible is not null
            || declaration.HiddenBy is not null || GeneratedMembers.IsReservedForMembers(declaration.SimpleName)
            ? null
            : new StubSpec(
                declaration.Type, root == DeclaredAttribute.Block,
                declaration.Attributes[declaration.Root].Arguments.Enum<Model.Emit>("Emit") == Model.Emit.Cuda, declaration.HasToString,
                declaration.Conflicts.Select(c => c.Key).ToEquatableArray(), violations.Select(v => v.Id).Distinct().ToEquatableArray());
}
