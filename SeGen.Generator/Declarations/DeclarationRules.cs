using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;

namespace SeGen.Generator.Declarations;

/// <summary>
/// All rules at once: the analyzer reports what they find, and the generator writes nothing where that is an error.
/// </summary>
internal static class DeclarationRules
{
    public static IEnumerable<Violation> Check(Declaration declaration, CancellationToken cancellation = default)
        => Read(declaration, cancellation: cancellation).Violations;

    /// <summary>
    /// What is wrong with a module that a layer names, or null; those inside it that were looked into already are not again.
    /// </summary>
    public static Violation? FirstFault(Declaration declaration, Dictionary<NestedModule, Violation?> known, CancellationToken cancellation)
        => Read(declaration, known, cancellation).Violations.FirstOrDefault(v => Descriptors.IsError(v.Id));

    /// <summary>What the user asked for, or no spec where the declaration is wrong.</summary>
    public static ReadModule Read(
        Declaration declaration, Dictionary<NestedModule, Violation?>? known = null, CancellationToken cancellation = default)
    {
        List<Violation> violations = [.. TypeRules.Check(declaration)];
        SEBlockSpec? block = null;
        NetworkSpec? network = null;
        switch (declaration.RootKind)
        {
            case null:
                violations.Add(NoModule(declaration));
                break;
            case DeclaredAttribute.Block:
                block = ReadBlock(declaration, violations);
                break;
            default:
                NetworkReading reading = NetworkReader.Read(declaration, known, cancellation);
                violations.AddRange(reading.Violations);
                network = reading.Spec;
                break;
        }

        if ((block is not null || network is not null) && !violations.Any(v => Descriptors.IsError(v.Id)))
            violations.AddRange(BudgetRules.Check(declaration, block, network, cancellation));

        bool isWrong = violations.Any(v => Descriptors.IsError(v.Id));
        return new ReadModule(
            isWrong ? null : block, isWrong ? null : network,
            isWrong || (block is null && network is null) ? Stubs.Of(declaration, violations) : null, violations.ToEquatableArray());
    }

    private static Violation NoModule(Declaration declaration)
    {
        for (int i = 0; i < declaration.Attributes.Count; i++)
        {
            if (declaration.Attributes[i].IsLayerOnly)
                return Violation.OfAttribute(DiagnosticIds.LayerWithoutNetwork, i, declaration.Attributes[i].Kind, declaration.SimpleName);
        }

        return Violation.OfAttribute(DiagnosticIds.NoEffect, 0, $"[{declaration.Attributes[0].Kind}]", "on a class that is no module");
    }

    private static SEBlockSpec? ReadBlock(Declaration declaration, List<Violation> violations)
    {
        for (int i = 0, gates = 0; i < declaration.Attributes.Count; i++)
        {
            DeclaredAttribute attribute = declaration.Attributes[i];
            if (attribute.IsLayerOnly)
                violations.Add(Violation.OfAttribute(DiagnosticIds.LayerWithoutNetwork, i, attribute.Kind, declaration.SimpleName));
            else if (attribute.Kind == DeclaredAttribute.Block && gates++ > 0)
                violations.Add(Violation.OfAttribute(DiagnosticIds.GateTwice, i, declaration.SimpleName));
        }

        AttributeArguments gate = declaration.Attributes[declaration.Root].Arguments;
        if (gate.IsBroken)
            return null;

        Violation[] wrong = [.. GateRules.Check(gate, declaration.SimpleName).Select(v => v.At(declaration.Root))];
        violations.AddRange(wrong);
        return wrong.Any(v => Descriptors.IsError(v.Id))
            ? null
            : new SEBlockSpec(
                declaration.Type,
                declaration.Source,
                new GateSpec(
                    gate.Int("Channels", 0), GateRules.Hidden(gate, gate.Int("Channels", 0)), gate.Enum<SEBias>("Bias"),
                    gate.Enum<Squeeze>("Squeeze"),
                    gate.Enum<Activation>("Activation"), gate.Enum<Gate>("Gate")),
                gate.Int("Height", 0),
                gate.Int("Width", 0),
                gate.Int("MaxBatch", GateDefaults.MaxBatch),
                gate.Flag("InferenceOnly", false),
                gate.Enum<Model.Emit>("Emit"))
            {
                HasToString = declaration.HasToString,
                Settings = new EquatableArray<string>([LayerSettings.Line(DeclaredAttribute.Block, "", LayerSettings.OfGate(gate))]),
            };
    }
}

/// <summary>What a declaration comes to.</summary>
/// <param name="Block">A gate alone, or null.</param>
/// <param name="Network">A block or network, or null.</param>
/// <param name="Stub">Where there is neither of them: what keeps the class's uses from being errors of their own, or null.</param>
/// <param name="Violations">What is wrong, warnings included.</param>
internal sealed record ReadModule(SEBlockSpec? Block, NetworkSpec? Network, StubSpec? Stub, EquatableArray<Violation> Violations);
