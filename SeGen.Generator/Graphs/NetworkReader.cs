using SeGen.Generator.Diagnostics;
using SeGen.Generator.Emit;
using SeGen.Generator.Model;
using SeGen.Generator.Parsing;
using SeGen.Generator.Rules;

namespace SeGen.Generator.Graphs;

/// <summary>A declaration of a block or network as a graph, or what is wrong with it.</summary>
/// <param name="Spec">What to generate, or null.</param>
/// <param name="Violations">What is wrong, warnings included.</param>
internal sealed record NetworkReading(NetworkSpec? Spec, EquatableArray<Violation> Violations);

/// <summary>Reads a declaration whose root is a block or network: layer after layer, into a graph with inferred shapes.</summary>
internal static class NetworkReader
{
    public static NetworkReading Read(Declaration declaration)
    {
        var attributes = declaration.Attributes;
        DeclaredAttribute root = attributes[declaration.Root];
        List<Violation> wrong = [.. CheckComposition(declaration, root)];
        if (wrong.Count > 0 || attributes.Any(a => a.Arguments.IsBroken))
            return new NetworkReading(null, wrong.ToEquatableArray());

        // A gate attribute beside a block says more about the block.
        AttributeArguments module = root.Kind == DeclaredAttribute.Network
            ? root.Arguments
            : root.Arguments.Over(attributes.Where(a => a.Kind == DeclaredAttribute.Block).SelectMany(a => a.Arguments.Written));
        wrong.AddRange(GateRules.CheckSize(module).Concat(Ranges(module)).Select(v => v.At(declaration.Root)));
        if (!module.IsWritten("InChannels"))
            wrong.AddRange(GateRules.CheckChannels(module, declaration.SimpleName).Select(v => v.At(declaration.Root)));

        if (wrong.Count > 0)
            return new NetworkReading(null, wrong.ToEquatableArray());

        var builder = new GraphBuilder(module.Int("InChannels", module.Int("Channels", 1)), module.Int("Height", 0), module.Int("Width", 0))
        {
            Layer = declaration.Root,
            NameOfLayer = i => LayerName(attributes, i),
        };
        int output = root.Kind == DeclaredAttribute.Network
            ? NetworkLayers(builder, attributes, root)
            : Block(builder, root.Kind, module);
        if (output != GraphBuilder.Nothing)
            CheckNames(builder);

        if (output == GraphBuilder.Nothing || builder.Violations.Any(v => Descriptors.IsError(v.Id)))
            return new NetworkReading(null, builder.Violations.ToEquatableArray());

        var spec = new NetworkSpec(
            declaration.Type, declaration.Source, Summary(root.Kind, builder, output), builder.ToGraph(output),
            Enumerable.Range(0, attributes.Count).Select(i => LayerName(attributes, i)).ToEquatableArray(), module.Int("MaxBatch", GateDefaults.MaxBatch));
        return new NetworkReading(spec, builder.Violations.ToEquatableArray());
    }

    /// <summary>Adds the layers among a network's attributes.</summary>
    public static int AddLayers(
        GraphBuilder builder, int x, EquatableArray<DeclaredAttribute> attributes, string path, AttributeArguments defaults, bool locate)
    {
        int[] layers = [.. Layers(attributes)];
        for (int i = 0; i < layers.Length && x != GraphBuilder.Nothing; i++)
        {
            DeclaredAttribute layer = attributes[layers[i]];
            if (locate)
                builder.Layer = layers[i];

            string name = layer.Arguments.Text("Name") ?? Numbers.Text(i);
            string full = path.Length == 0 ? name : name.Length == 0 ? path : $"{path}.{name}";
            x = LayerReader.Add(builder, x, layer, full, defaults, i + 1 < layers.Length ? attributes[layers[i + 1]].Kind : "");
        }

        return x;
    }

    private static IEnumerable<int> Layers(EquatableArray<DeclaredAttribute> attributes)
        => Enumerable.Range(0, attributes.Count).Where(i => attributes[i].Kind is not (DeclaredAttribute.Network or DeclaredAttribute.Budget));

    private static int NetworkLayers(GraphBuilder builder, EquatableArray<DeclaredAttribute> attributes, DeclaredAttribute root)
    {
        if (!LayerReader.CheckValues(builder, root.Arguments))
            return GraphBuilder.Nothing;

        if (!Layers(attributes).Any())
            return builder.Fail(DiagnosticIds.NoLayers, "");

        return AddLayers(builder, 0, attributes, "", root.Arguments, locate: true);
    }

    private static int Block(GraphBuilder builder, string kind, AttributeArguments module)
    {
        if (!LayerReader.CheckValues(builder, module))
            return GraphBuilder.Nothing;

        var silent = new AttributeArguments(default);
        return kind == DeclaredAttribute.Residual
            ? LayerReader.Residual(builder, 0, module, module.Text("Name") ?? "", silent)
            : LayerReader.Inverted(builder, 0, module, module.Text("Name") ?? "", silent);
    }

    /// <summary>Which attributes may stand together.</summary>
    private static IEnumerable<Violation> CheckComposition(Declaration declaration, DeclaredAttribute root)
    {
        var attributes = declaration.Attributes;
        if (declaration.Scattered >= 0)
            yield return Violation.OfAttribute(DiagnosticIds.LayersScattered, declaration.Scattered, declaration.SimpleName);

        int gate = -1;
        for (int i = 0; i < attributes.Count; i++)
        {
            DeclaredAttribute attribute = attributes[i];
            if (root.Kind == DeclaredAttribute.Network)
            {
                if (attribute.IsRoot && attribute.Kind != DeclaredAttribute.Network)
                {
                    foreach (string name in new[] { "Height", "Width", "MaxBatch" }.Where(attribute.Arguments.IsWritten))
                        yield return Violation.OfArgument(DiagnosticIds.SizeOnLayer, name, name).At(i);
                }
            }
            else if (attribute.IsLayerOnly)
                yield return Violation.OfAttribute(DiagnosticIds.LayerWithoutNetwork, i, attribute.Kind, declaration.SimpleName);
            else if (attribute.IsRoot && attribute.Kind != DeclaredAttribute.Block && i != declaration.Root)
                yield return Violation.OfAttribute(DiagnosticIds.RootTwice, i, declaration.SimpleName, root.Kind, attribute.Kind);
            else if (attribute.Kind == DeclaredAttribute.Block && gate >= 0)
                yield return Violation.OfAttribute(DiagnosticIds.GateTwice, i, declaration.SimpleName);
            else if (attribute.Kind == DeclaredAttribute.Block)
            {
                gate = i;
                foreach (AttributeArgument written in attribute.Arguments.Written.Where(w => root.Arguments.IsWritten(w.Name) && root.Arguments.Number(w.Name, 0) != w.Value))
                    yield return Violation.OfArgument(
                        DiagnosticIds.SettingsDiffer, written.Name, written.Name, Numbers.Text(written.Value ?? 0), Numbers.Text(root.Arguments.Number(written.Name, 0)), root.Kind).At(i);
            }
        }
    }

    private static IEnumerable<Violation> Ranges(AttributeArguments module)
    {
        foreach (string name in new[] { "Channels", "InChannels", "Height", "Width", "MaxBatch" })
        {
            if (module.IsWritten(name) && !(module.Number(name, 1) >= 1))
                yield return Violation.OfArgument(DiagnosticIds.OutOfRange, name, name, Numbers.Text(module.Number(name, 1)), "at least 1");
        }
    }

    /// <summary>Every parameter has a name of its own.</summary>
    private static void CheckNames(GraphBuilder builder)
    {
        var seen = new Dictionary<string, int>();
        foreach (Op op in builder.Ops)
        {
            string? name = op switch
            {
                ConvOp conv => conv.Scope.Prefix + conv.Inside,
                BatchNormOp norm => norm.Scope.Prefix + norm.Inside,
                FactorsOp factors => factors.Scope.Prefix + factors.Inside + "fc",
                LinearOp linear => linear.Scope.Prefix,
                _ => null,
            };
            if (name is null)
                continue;

            if (seen.TryGetValue(name, out int layer))
            {
                builder.Layer = op.Layer;
                builder.Fail(DiagnosticIds.NameTwice, "Name", op.Layer == layer ? "two layers of it" : builder.NameOfLayer(layer), name.TrimEnd('.'));
                return;
            }

            seen.Add(name, op.Layer);
        }
    }

    private static string LayerName(EquatableArray<DeclaredAttribute> attributes, int index)
    {
        DeclaredAttribute attribute = attributes[index];
        string kind = attribute.Nested?.Name ?? attribute.Kind;
        return attribute.Arguments.Text("Name") is { Length: > 0 } name ? $"{kind} \"{name}\"" : kind;
    }

    private static string Summary(string kind, GraphBuilder builder, int output) => kind switch
    {
        DeclaredAttribute.Network => $"A network from [N, {builder.Describe(0).Replace(" x ", ", ")}] to [N, {builder.Describe(output).Replace(" x ", ", ")}].",
        DeclaredAttribute.Residual => $"A residual block with a squeeze-and-excitation gate, from [N, {builder.Describe(0).Replace(" x ", ", ")}] to [N, {builder.Describe(output).Replace(" x ", ", ")}].",
        _ => $"An inverted residual block, from [N, {builder.Describe(0).Replace(" x ", ", ")}] to [N, {builder.Describe(output).Replace(" x ", ", ")}].",
    };
}
