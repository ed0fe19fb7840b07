using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Blocks;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Dropout;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Linear;
using SeGen.Generator.Layers.Norm;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Layers.Pool;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Declarations;

/// <summary>Adds the operations of one layer attribute; where its values are wrong, a violation.</summary>
internal static class LayerReader
{
    // Far beyond any network, and small enough that sizes computed from them stay integers and a stage can be written out.
    private const int MaxWindow = 10_000, MaxBlocks = 1_000;

    private static readonly TypeSpec NoType = new("", default, "", "", "");

    private static readonly string[] AtLeastOne =
        ["Channels", "InChannels", "Kernel", "Stride", "Groups", "Dilation", "Blocks", "BaseWidth", "Expand", "Features"];

    private static readonly string[] Windows = ["Kernel", "Stride", "Padding", "Dilation"];

    /// <summary>The output of a layer.</summary>
    /// <param name="builder">The graph so far.</param>
    /// <param name="x">The layer's input.</param>
    /// <param name="layer">The attribute.</param>
    /// <param name="path">Its name in a state_dict.</param>
    /// <param name="defaults">What the network writes for all its layers.</param>
    /// <param name="next">The kind of the layer after it, or "".</param>
    public static int Add(GraphBuilder builder, int x, DeclaredAttribute layer, string path, AttributeArguments defaults, string next)
    {
        AttributeArguments own = layer.Arguments;
        if (x == GraphBuilder.Nothing || own.IsBroken || !CheckValues(builder, own, layer.IsRoot ? GateReader.Merge(own, defaults) : own))
            return GraphBuilder.Nothing;

        var scope = new Scope(path, -1, BlockKind.None);
        void describe(params (string, string)[] settings) => builder.Settings.Add(LayerSettings.Line(layer.Kind, path, settings));
        switch (layer.Kind)
        {
            case "Conv":
                return Conv(builder, x, own, scope, next);
            case "BatchNorm":
                describe(("Epsilon", Numbers.Text(Epsilon(own, defaults))));
                return builder.BatchNorm(x, scope, "", Epsilon(own, defaults), Momentum(own, defaults));
            case "ReLU":
                describe();
                return builder.Activate(x, Activation.ReLU);
            case "ReLU6":
                describe();
                return builder.Activate(x, Activation.ReLU6);
            case "SiLU":
                describe();
                return builder.Activate(x, Activation.SiLU);
            case "HardSwish":
                describe();
                return builder.Activate(x, Activation.HardSwish);
            case "MaxPool" or "AveragePool":
                return Pool(builder, x, own, path, layer.Kind == "MaxPool");
            case "GlobalAveragePool":
                describe();
                return builder.GlobalPool(x);
            case "Linear":
                describe(("Features", Numbers.Text(own.Int("Features", 0))));
                return builder.Linear(x, scope, own.Int("Features", 0), own.Flag("Bias", true));
            case "Dropout":
                return builder.Dropout(x, own.Number("P", 0));
            case DeclaredAttribute.Block:
                return Gate(builder, x, own, path, defaults);
            case DeclaredAttribute.Residual:
                return Residual(builder, x, own, path, defaults);
            case DeclaredAttribute.Inverted:
                return Inverted(builder, x, own, path, defaults);
            default:
                return Nested(builder, x, layer.Nested!, path);
        }
    }

    public static int Residual(GraphBuilder builder, int x, AttributeArguments own, string path, AttributeArguments defaults)
    {
        if (!CheckInput(builder, x, own))
            return GraphBuilder.Nothing;

        var settings = new ResidualSettings(
            GateReader.Merge(own, defaults), own.Int("Channels", builder[x].Channels), own.Int("Stride", 1), own.Int("Blocks", 1),
            own.IsWritten("Blocks"),
            own.Enum<ResidualBody>("Body"), own.Int("Groups", 1), own.Int("BaseWidth", 64), own.Enum<SEPlacement>("Placement"),
            own.Enum<Shortcut>("Shortcut"),
            Epsilon(own, defaults), Momentum(own, defaults), own.Flag("ZeroInitLast", false));
        NoteUnusedGate(builder, own, settings.Placement);
        builder.Settings.Add(LayerSettings.Line(DeclaredAttribute.Residual, path, LayerSettings.OfResidual(settings, builder[x].Channels)));
        return ResidualBlocks.Add(builder, x, path, settings);
    }

    public static int Inverted(GraphBuilder builder, int x, AttributeArguments own, string path, AttributeArguments defaults)
    {
        if (!CheckInput(builder, x, own))
            return GraphBuilder.Nothing;

        if (!own.IsWritten("Expand"))
            return builder.Fail(DiagnosticIds.MustBeWritten, "", "Expand", "the channels of the depthwise convolution cannot be inferred");

        int kernel = own.Int("Kernel", 3);
        if (kernel % 2 == 0)
            return builder.Fail(DiagnosticIds.OutOfRange, "Kernel", "Kernel", Numbers.Text(kernel), "odd");

        var placement = own.Enum<SEPlacement>("Placement");
        if (placement is not (SEPlacement.Standard or SEPlacement.None))
            return builder.Fail(
                DiagnosticIds.NotPossible, "Placement", "Placement",
                "the gate of an inverted residual block stands after its depthwise convolution; write Standard or None");

        NoteUnusedGate(builder, own, placement);
        var settings = new InvertedSettings(
            GateReader.Merge(own, defaults), own.Int("Channels", builder[x].Channels), own.Int("Expand", 0), kernel, own.Int("Stride", 1),
            own.Enum<Activation>("BlockActivation"), placement == SEPlacement.Standard, Epsilon(own, defaults), Momentum(own, defaults));
        builder.Settings.Add(LayerSettings.Line(DeclaredAttribute.Inverted, path, LayerSettings.OfInverted(settings)));
        return InvertedBlocks.Add(builder, x, path, settings);
    }

    /// <summary>Values that are wrong whatever stands around them, and warnings.</summary>
    /// <param name="builder">Where violations go.</param>
    /// <param name="own">What is written.</param>
    /// <param name="whole">The same with what is written around it, for what has an effect.</param>
    public static bool CheckValues(GraphBuilder builder, AttributeArguments own, AttributeArguments whole)
    {
        int before = builder.Violations.Count;
        builder.Note(GateRules.CheckChannelsAgree(own).Concat(NameRules.CheckName(own)));
        foreach (string name in AtLeastOne.Where(n => own.IsWritten(n) && !(own.Number(n, 1) >= 1)))
            builder.Fail(DiagnosticIds.OutOfRange, name, name, Numbers.Text(own.Number(name, 1)), "at least 1");

        foreach (string name in Windows.Where(n => own.Number(n, 0) > MaxWindow))
            builder.Fail(DiagnosticIds.OutOfRange, name, name, Numbers.Text(own.Number(name, 0)), $"at most {Numbers.Text(MaxWindow)}");

        if (own.Number("Blocks", 0) > MaxBlocks)
            builder.Fail(
                DiagnosticIds.OutOfRange, "Blocks", "Blocks", Numbers.Text(own.Number("Blocks", 0)), $"at most {Numbers.Text(MaxBlocks)}");

        if (own.Number("Padding", 0) < 0)
            builder.Fail(DiagnosticIds.OutOfRange, "Padding", "Padding", Numbers.Text(own.Number("Padding", 0)), "at least 0");

        if (own.IsWritten("Epsilon") && own.Number("Epsilon", 0) is not (>= 0 and < double.PositiveInfinity))
            builder.Fail(DiagnosticIds.OutOfRange, "Epsilon", "Epsilon", Numbers.Text(own.Number("Epsilon", 0)), "finite and at least 0");

        if (own.IsWritten("Momentum") && own.Number("Momentum", 0) is not (>= 0 and <= 1))
            builder.Fail(DiagnosticIds.OutOfRange, "Momentum", "Momentum", Numbers.Text(own.Number("Momentum", 0)), "from 0 to 1");

        if (own.IsWritten("P") && own.Number("P", 0) is not (>= 0 and < 1))
            builder.Fail(DiagnosticIds.OutOfRange, "P", "p", Numbers.Text(own.Number("P", 0)), "from 0 to below 1");

        // Channels stands among the gate's ranges too.
        builder.Note(GateRules.CheckValues(own).Where(v => v.Id != DiagnosticIds.OutOfRange || v.Argument is not "Channels"));
        builder.Note(GateRules.CheckUnused(whole).Where(v => own.IsWritten(v.Argument)).Concat(GateRules.CheckSqueeze(own)));
        foreach (Violation? violation in new[]
        {
            GateRules.CheckEnum<ResidualBody>(own, "Body"), GateRules.CheckEnum<SEPlacement>(own, "Placement"),
            GateRules.CheckEnum<Shortcut>(own, "Shortcut"),
            GateRules.CheckEnum<Activation>(own, "BlockActivation"),
        })
        {
            if (violation is not null)
                builder.Note([violation]);
        }

        return !builder.Violations.Skip(before).Any(v => Descriptors.IsError(v.Id));
    }

    private static int Conv(GraphBuilder builder, int x, AttributeArguments own, Scope scope, string next)
    {
        int kernel = own.Int("Kernel", 3);
        if (kernel % 2 == 0 && !own.IsWritten("Padding"))
            return builder.Fail(DiagnosticIds.MustBeWritten, "Kernel", "Padding", "an even kernel has no middle, so there is no default");

        var window = new Window(kernel, own.Int("Stride", 1), own.Int("Padding", (kernel - 1) / 2), own.Int("Dilation", 1));
        builder.Settings.Add(LayerSettings.Line(
            "Conv", scope.Path,
            [("Channels", Numbers.Text(own.Int("Channels", 0))), .. LayerSettings.OfWindow(window),
                ("Groups", Numbers.Text(own.Int("Groups", 1)))]));
        return builder.Conv(x, scope, "", own.Int("Channels", 0), window, own.Int("Groups", 1), own.Flag("Bias", next != "BatchNorm"));
    }

    private static int Pool(GraphBuilder builder, int x, AttributeArguments own, string path, bool maximum)
    {
        int kernel = own.Int("Kernel", 1), padding = own.Int("Padding", 0);
        if (padding > kernel / 2)
            return builder.Fail(
                DiagnosticIds.OutOfRange, "Padding", "Padding", Numbers.Text(padding),
                $"at most half the kernel, {Numbers.Text(kernel / 2)}");

        var window = new Window(kernel, own.Int("Stride", kernel), padding, 1, own.Flag("CeilMode", false));
        builder.Settings.Add(LayerSettings.Line(maximum ? "MaxPool" : "AveragePool", path, LayerSettings.OfWindow(window)));
        return builder.Pool(x, maximum, window);
    }

    private static int Gate(GraphBuilder builder, int x, AttributeArguments own, string path, AttributeArguments defaults)
    {
        int channels = builder[x].Channels;
        if (own.IsWritten("Channels") && own.Int("Channels", 0) != channels)
            return Mismatch(builder, x, "Channels", $"{Numbers.Text(own.Int("Channels", 0))} channels");

        AttributeArguments merged = GateReader.Merge(own, defaults);
        GateSpec? gate = GateReader.Read(builder, merged, channels, channels);
        builder.Settings.Add(LayerSettings.Line(DeclaredAttribute.Block, path, LayerSettings.OfGate(merged)));
        return builder.Gate(x, new Scope(path, -1, BlockKind.Gate), "", gate);
    }

    private static int Nested(GraphBuilder builder, int x, NestedModule module, string path)
    {
        if (module.Fault is { } fault)
            return builder.Fail(DiagnosticIds.NotALayer, "", module.Name, fault);

        // What is wrong with it by itself is reported there; of a circle of modules each is told.
        var alone = new Declaration(
            NoType, module.Name, IsPartial: true, null, null, null, default, module.Attributes, -1, default, HasToString: false,
            HiddenBy: null);
        if (!builder.NestedFaults.TryGetValue(module, out Violation? wrong))
            builder.NestedFaults[module] = wrong = DeclarationRules.FirstFault(alone, builder.NestedFaults, builder.Cancellation);

        if (wrong is not null)
        {
            return wrong.Id == DiagnosticIds.NotALayer
                ? builder.Fail(wrong.Id, "", [.. wrong.Values])
                : builder.Fail(DiagnosticIds.NotALayer, "", module.Name, "its own declaration is wrong; correct that first");
        }

        DeclaredAttribute root = module.Attributes.First(
            a => a.Kind == DeclaredAttribute.Roots.First(r => module.Attributes.Any(b => b.Kind == r)));
        AttributeArguments around = root.Arguments.Over(
            module.Attributes.Where(a => a.Kind == DeclaredAttribute.Block && a != root).SelectMany(a => a.Arguments.Written));
        if (around.IsBroken)
            return GraphBuilder.Nothing;

        SizeRule size = builder.SizeOf(x);
        int channels = around.Int("InChannels", around.Int("Channels", builder[x].Channels));
        bool sizeFits = !around.IsWritten("Height") || !size.IsFixed
            || (around.Int("Height", 0) == size.Height && around.Int("Width", 0) == size.Width);
        if (channels != builder[x].Channels || !sizeFits || (around.IsWritten("Height") && !size.IsFixed))
        {
            string sizes = around.IsWritten("Height")
                ? $"{Numbers.Text(around.Int("Height", 0))} x {Numbers.Text(around.Int("Width", 0))}"
                : "H x W";
            return Mismatch(builder, x, "", $"{Numbers.Text(channels)} x {sizes}");
        }

        // A module keeps its own defaults: what it computes must not depend on where it stands.
        var silent = new AttributeArguments(default);
        bool inside = builder.IsNested;
        builder.IsNested = true;
        int output = root.Kind switch
        {
            DeclaredAttribute.Network => NetworkReader.AddLayers(builder, x, module.Attributes, path, root.Arguments, locate: false),
            DeclaredAttribute.Residual => Residual(builder, x, around, path, silent),
            DeclaredAttribute.Inverted => Inverted(builder, x, around, path, silent),
            _ => Gate(builder, x, around, path, silent),
        };
        builder.IsNested = inside;
        return output;
    }

    private static bool CheckInput(GraphBuilder builder, int x, AttributeArguments own)
    {
        if (!own.IsWritten("InChannels") || own.Int("InChannels", 0) == builder[x].Channels)
            return true;

        Mismatch(builder, x, "InChannels", $"{Numbers.Text(own.Int("InChannels", 0))} channels");
        return false;
    }

    private static int Mismatch(GraphBuilder builder, int x, string argument, string needs)
        => builder.FailWith(
            DiagnosticIds.ShapeMismatch, argument, builder.LayerOf(x), builder.NameOfLayer(builder.Layer), needs, builder.Origin(x),
            builder.Describe(x));

    private static void NoteUnusedGate(GraphBuilder builder, AttributeArguments own, SEPlacement placement)
    {
        if (placement != SEPlacement.None)
            return;

        foreach (string name in GateReader.Written(own))
            builder.Fail(DiagnosticIds.NoEffect, name, name, "beside SEPlacement.None");
    }

    private static double Epsilon(AttributeArguments own, AttributeArguments defaults)
        => own.Number("Epsilon", defaults.Number("Epsilon", 1e-5));

    private static double Momentum(AttributeArguments own, AttributeArguments defaults)
        => own.Number("Momentum", defaults.Number("Momentum", 0.1));
}
