using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Layout;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Declarations;

/// <summary>A declaration of a block or network as a graph, or what is wrong with it.</summary>
/// <param name="Spec">What to generate, or null.</param>
/// <param name="Violations">What is wrong, warnings included.</param>
internal sealed record NetworkReading(NetworkSpec? Spec, EquatableArray<Violation> Violations);

/// <summary>Reads a declaration whose root is a block or network: layer after layer, into a graph with inferred shapes.</summary>
internal static class NetworkReader
{
    /// <param name="declaration">The declaration.</param>
    /// <param name="known">What is wrong with modules that layers name, where that is known already.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static NetworkReading Read(
        Declaration declaration, Dictionary<NestedModule, Violation?>? known = null, CancellationToken cancellation = default)
    {
        var attributes = declaration.Attributes;
        DeclaredAttribute root = attributes[declaration.Root];
        List<Violation> wrong = [.. CheckComposition(declaration, root)];
        if (wrong.Count > 0 || attributes.Any(a => a.Arguments.IsBroken))
            return new NetworkReading(null, wrong.ToEquatableArray());

        (NetworkSpec? spec, IEnumerable<Violation> found) = Read(declaration, root, known, cancellation);
        return new NetworkReading(spec, found.Select(v => WhereWritten(declaration, v)).ToEquatableArray());
    }

    private static (NetworkSpec? Spec, IEnumerable<Violation> Violations) Read(
        Declaration declaration, DeclaredAttribute root, Dictionary<NestedModule, Violation?>? known, CancellationToken cancellation)
    {
        // A gate attribute beside a block says more about the block.
        var attributes = declaration.Attributes;
        AttributeArguments module = root.Kind == DeclaredAttribute.Network
            ? root.Arguments
            : root.Arguments.Over(attributes.Where(a => a.Kind == DeclaredAttribute.Block).SelectMany(a => a.Arguments.Written));
        IEnumerable<Violation> found = GateRules.CheckSize(module).Concat(Ranges(module)).Concat(
            CheckInput(module, declaration.SimpleName)).Concat(CheckCuda(module, declaration.SimpleName));
        Violation[] wrong = [.. found.Select(v => v.At(declaration.Root))];
        if (wrong.Length > 0)
            return (null, wrong);

        var builder = new GraphBuilder(module.Int("InChannels", module.Int("Channels", 1)), module.Int("Height", 0), module.Int("Width", 0))
        {
            Layer = declaration.Root,
            NameOfLayer = i => LayerName(attributes, i),
            Cancellation = cancellation,
        };
        if (known is not null)
            builder.NestedFaults = known;

        int output = root.Kind == DeclaredAttribute.Network
            ? NetworkLayers(builder, attributes, root)
            : Block(builder, root.Kind, module);
        if (output != GraphBuilder.Nothing)
            NetworkChecks.CheckNames(builder);

        if (output == GraphBuilder.Nothing || builder.Violations.Any(v => Descriptors.IsError(v.Id)))
            return (null, builder.Violations);

        var spec = new NetworkSpec(
            declaration.Type, declaration.Source, Summary(root.Kind, builder, output), builder.ToGraph(output),
            Enumerable.Range(0, attributes.Count).Select(i => LayerName(attributes, i)).ToEquatableArray(),
            module.Int("MaxBatch", GateDefaults.MaxBatch),
            module.Flag("InferenceOnly", false),
            module.Enum<Precision>("Precision") == Precision.Strict ? Convolutions.Strict : Convolutions.Fast,
            module.Enum<Model.Emit>("Emit"))
        {
            HasToString = declaration.HasToString,
            Settings = builder.Settings.ToEquatableArray(),
        };
        builder.Layer = declaration.Root;
        NetworkChecks.CheckArena(builder, spec, cancellation);
        if (!spec.InferenceOnly)
            NetworkChecks.CheckGradients(builder, spec.Graph);

        return (spec, builder.Violations);
    }

    /// <summary>On a GPU a network's memory and launches are laid out for the size that is declared.</summary>
    private static IEnumerable<Violation> CheckCuda(AttributeArguments module, string name)
    {
        if (module.Enum<Model.Emit>("Emit") == Model.Emit.Cuda && !module.IsWritten("Height") && !module.IsWritten("Width"))
            yield return Violation.OfArgument(DiagnosticIds.CudaNeedsSize, "Emit", name);
    }

    /// <summary>A block's setting may stand in the gate attribute beside it.</summary>
    private static Violation WhereWritten(Declaration declaration, Violation violation)
    {
        bool writes(int attribute) => declaration.Attributes[attribute].Arguments.IsWritten(violation.Argument);
        if (declaration.RootKind == DeclaredAttribute.Network || violation.Argument.Length == 0 || writes(violation.Index))
            return violation;

        int other = Enumerable.Range(0, declaration.Attributes.Count).FirstOrDefault(writes);
        return writes(other) ? violation.At(other) : violation;
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
        => Enumerable.Range(0, attributes.Count).Where(
            i => attributes[i].Kind is not (DeclaredAttribute.Network or DeclaredAttribute.Budget));

    private static int NetworkLayers(GraphBuilder builder, EquatableArray<DeclaredAttribute> attributes, DeclaredAttribute root)
    {
        // What the network leaves open about the hidden width a layer may complete.
        bool completed = Layers(attributes).Any(i => GateReader.SaysWidth(attributes[i].Arguments));
        if (!LayerReader.CheckValues(builder, root.Arguments, completed ? new AttributeArguments(default) : root.Arguments))
            return GraphBuilder.Nothing;

        if (!Layers(attributes).Any())
            return builder.Fail(DiagnosticIds.NoLayers, "");

        return AddLayers(builder, 0, attributes, "", root.Arguments, locate: true);
    }

    private static int Block(GraphBuilder builder, string kind, AttributeArguments module)
    {
        if (!LayerReader.CheckValues(builder, module, module))
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
                    foreach (string name in new[] { "Height", "Width", "MaxBatch", "InferenceOnly", "Precision",
                        "Emit" }.Where(attribute.Arguments.IsWritten))
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
                foreach (AttributeArgument written in attribute.Arguments.Written)
                {
                    if (root.Arguments.Last(written.Name) is { } other && other.Shown != written.Shown)
                        yield return Violation.OfArgument(
                            DiagnosticIds.SettingsDiffer, written.Name, written.Name, written.Shown, other.Shown, root.Kind).At(i);
                }
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

    /// <summary>What is known of the input before any layer.</summary>
    private static IEnumerable<Violation> CheckInput(AttributeArguments module, string typeName)
    {
        if (!module.IsWritten("InChannels"))
        {
            foreach (Violation violation in GateRules.CheckChannels(module, typeName))
                yield return violation;
        }

        // In whole vectors, as the kernels read it.
        int channels = module.Int("InChannels", module.Int("Channels", 1));
        double image = (double)VectorWidth.Pad((long)channels) * module.Int("Height", 1) * module.Int("Width", 1);
        double batch = image * module.Int("MaxBatch", 1);
        if (batch > GateRules.MaxLength)
        {
            bool one = image > GateRules.MaxLength;
            yield return Violation.OfArgument(
                DiagnosticIds.TooLarge, one ? module.IsWritten("InChannels") ? "InChannels" : "Channels" : "MaxBatch",
                one ? "An image, in whole vectors," : "MaxBatch images, in whole vectors,",
                Numbers.Grouped(batch), Numbers.Grouped(GateRules.MaxLength));
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
        DeclaredAttribute.Network => $"A network from [N, {builder.Describe(0).Replace(" x ", ", ")}] to [N, "
            + $"{builder.Describe(output).Replace(" x ", ", ")}].",
        DeclaredAttribute.Residual => $"A residual block with a squeeze-and-excitation gate, from [N, "
            + $"{builder.Describe(0).Replace(" x ", ", ")}] to [N, {builder.Describe(output).Replace(" x ", ", ")}].",
        _ => $"An inverted residual block, from [N, {builder.Describe(0).Replace(" x ", ", ")}] to [N, "
            + $"{builder.Describe(output).Replace(" x ", ", ")}].",
    };
}
