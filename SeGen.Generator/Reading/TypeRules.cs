using SeGen.Generator.Diagnostics;

namespace SeGen.Generator.Reading;

/// <summary>What a class must be for SeGen to write a part of it that compiles.</summary>
internal static class TypeRules
{
    public static IEnumerable<Violation> Check(Declaration declaration)
    {
        string name = declaration.SimpleName;
        if (declaration.Unsupported is { } kind)
            yield return Violation.OfType(DiagnosticIds.UnsupportedType, name, kind);
        else if (declaration.Unconstructible is { } reason)
            yield return Violation.OfType(DiagnosticIds.CannotConstruct, name, reason);

        if (!declaration.IsPartial)
            yield return Violation.OfType(DiagnosticIds.NotPartial, name);

        if (declaration.NonPartialContainer is { } container)
            yield return Violation.OfType(DiagnosticIds.ContainerNotPartial, name, container);

        if (GeneratedMembers.IsReservedForMembers(name))
            yield return Violation.OfType(DiagnosticIds.NamedLikeMember, name);

        if (declaration.HiddenBy is { } hiding)
            yield return Violation.OfType(DiagnosticIds.HidesName, name, hiding);

        foreach (Conflict conflict in declaration.Conflicts)
            yield return Violation.OfMember(DiagnosticIds.MemberExists, conflict.Index, name, conflict.Name);
    }
}
