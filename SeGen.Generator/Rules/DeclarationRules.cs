using SeGen.Generator.Diagnostics;
using SeGen.Generator.Model;
using SeGen.Generator.Parsing;

namespace SeGen.Generator.Rules;

/// <summary>
/// All rules at once: the analyzer reports what they find, and the generator writes nothing where that is an error.
/// </summary>
internal static class DeclarationRules
{
    public static IEnumerable<Violation> Check(Declaration declaration)
    {
        IEnumerable<Violation> ofType = TypeRules.Check(declaration);
        return declaration.Gates.Count == 0 || declaration.Gates[0].IsBroken
            ? ofType
            : ofType.Concat(GateRules.Check(declaration.Gates[0], declaration.SimpleName));
    }

    /// <summary>What the user asked for, or null where the declaration is wrong.</summary>
    public static SEBlockSpec? ToSpec(Declaration declaration)
    {
        if (declaration.Gates.Count == 0 || declaration.Gates[0].IsBroken || Check(declaration).Any(v => Descriptors.IsError(v.Id)))
            return null;

        AttributeArguments gate = declaration.Gates[0];
        return new SEBlockSpec(
            declaration.Type,
            declaration.Source,
            new GateSpec(
                gate.Int("Channels", 0), GateRules.Hidden(gate), gate.Enum<SEBias>("Bias"), gate.Enum<Squeeze>("Squeeze"),
                gate.Enum<Activation>("Activation"), gate.Enum<Gate>("Gate")),
            gate.Int("Height", 0),
            gate.Int("Width", 0),
            gate.Int("MaxBatch", GateDefaults.MaxBatch));
    }
}
