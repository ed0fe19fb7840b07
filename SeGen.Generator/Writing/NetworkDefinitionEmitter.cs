using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>Writes what is the same for all instances of a network: shapes, parameters, how they are packed.</summary>
internal static class NetworkDefinitionEmitter
{
    public static void Emit(SourceWriter writer, NetworkPlan plan)
    {
        Graph graph = plan.Graph;
        Tensor output = graph.Tensors[graph.Output];
        writer.Blank();
        writer.Line("/// <summary>What is the same for all instances.</summary>");
        using (writer.Block("public sealed class Definition : ModuleDefinition"))
        {
            writer.Line("public static readonly Definition Instance = new Definition();");
            Property(writer, "string", "Name", $"\"{plan.Spec.Type.DisplayName}\"");
            Property(writer, "int", "InputChannels", Numbers.Text(graph.Input.Channels));
            Property(writer, "int", "OutputChannels", Numbers.Text(output.Channels));
            if (plan.IsFixed)
            {
                Property(writer, "int", "Height", Numbers.Text(graph.Sizes[0].Height));
                Property(writer, "int", "Width", Numbers.Text(graph.Sizes[0].Width));
            }

            Property(writer, "int", "MaxBatch", Numbers.Text(plan.Spec.MaxBatch));
            Property(writer, "int", "PackedLength", "WeightsLength");
            Settings(writer, plan.Spec.Settings, plan.Training is not null);
            OutputSize(writer, plan, output);
            Parameters(writer, graph);
            Pack(writer, plan);
            writer.Blank();
            writer.Line("public override ForwardRun CreateForward(PackedWeights weights) => new Inference(weights);");
            if (plan.Training is null)
                return;

            writer.Blank();
            writer.Line("public override TrainingRun CreateTraining(PackedWeights weights) => new Training(weights);");
        }
    }

    /// <summary>The size after a window, from the one before it.</summary>
    public static string Slide(SizeRule rule, string from)
        => $"{from}.Slide({Numbers.Text(rule.Window!.Reach)}, {Numbers.Text(rule.Window.Stride)}, {Numbers.Text(rule.Window.Padding)}, {(rule.Window.CeilMode ? "true" : "false")})";

    /// <summary>What files carry beside the weights, and whether there is training code.</summary>
    public static void Settings(SourceWriter writer, EquatableArray<string> settings, bool trains)
    {
        writer.Blank();
        if (settings.Count > 0)
        {
            using (writer.Block("public override string[] Settings => new[]"))
            {
                foreach (string line in settings)
                    writer.Line($"{Text(line)},");
            }

            writer.TerminateStatement();
        }
        else
        {
            writer.Line("public override string[] Settings => [];");
        }

        if (!trains)
            Property(writer, "bool", "Trains", "false");
    }

    private static void OutputSize(SourceWriter writer, NetworkPlan plan, Tensor output)
    {
        Graph graph = plan.Graph;
        if (output.Size == 0)
            return;

        writer.Blank();
        if (plan.IsFixed)
        {
            SizeRule to = graph.SizeOf(output);
            writer.Line($"public override (int Height, int Width) OutputSize(int height, int width) => ({Numbers.Text(to.Height)}, {Numbers.Text(to.Width)});");
            return;
        }

        using (writer.Block("public override (int Height, int Width) OutputSize(int height, int width)"))
        {
            writer.Line("var size0 = new MapSize((nuint)height, (nuint)width);");
            for (int i = 1; i < graph.Sizes.Count; i++)
                writer.Line($"var size{Numbers.Text(i)} = {(graph.Sizes[i].IsFixed ? $"new MapSize({Numbers.Text(graph.Sizes[i].Height)}, {Numbers.Text(graph.Sizes[i].Width)})" : Slide(graph.Sizes[i], $"size{Numbers.Text(graph.Sizes[i].From)}"))};");

            writer.Line(output.IsVector ? "return (1, 1);" : $"return ((int)size{Numbers.Text(output.Size)}.Height, (int)size{Numbers.Text(output.Size)}.Width);");
        }
    }

    private static void Parameters(SourceWriter writer, Graph graph)
    {
        writer.Blank();
        using (writer.Block("public override ParameterSpec[] CreateParameters(Random random) => new ParameterSpec[]"))
        {
            foreach (Op op in graph.Ops)
            {
                switch (op)
                {
                    case ConvOp conv:
                        int fanIn = conv.GroupInputs * conv.Window.Kernel * conv.Window.Kernel;
                        Parameter(writer, conv.Scope, conv.Inside, "weight", Random(fanIn), conv.Channels, conv.GroupInputs, conv.Window.Kernel, conv.Window.Kernel);
                        if (conv.HasBias)
                            Parameter(writer, conv.Scope, conv.Inside, "bias", Random(fanIn), conv.Channels);

                        break;
                    case BatchNormOp norm:
                        Parameter(writer, norm.Scope, norm.Inside, "weight", norm.ZeroInit ? "Initializer.Constant(0f)" : "Initializer.Constant(1f)", norm.Channels);
                        Parameter(writer, norm.Scope, norm.Inside, "bias", "Initializer.Constant(0f)", norm.Channels);
                        Parameter(writer, norm.Scope, norm.Inside, "running_mean", "Initializer.Constant(0f), IsTrainable: false", norm.Channels);
                        Parameter(writer, norm.Scope, norm.Inside, "running_var", "Initializer.Constant(1f), IsTrainable: false", norm.Channels);
                        break;
                    case FactorsOp factors:
                        GateSpec gate = factors.Gate;
                        Parameter(writer, factors.Scope, factors.Inside + "fc1", "weight", Random(gate.Channels), gate.Hidden, gate.Channels);
                        if (gate.HasReduceBias)
                            Parameter(writer, factors.Scope, factors.Inside + "fc1", "bias", Random(gate.Channels), gate.Hidden);

                        Parameter(writer, factors.Scope, factors.Inside + "fc2", "weight", Random(gate.Hidden), gate.Channels, gate.Hidden);
                        if (gate.HasExpandBias)
                            Parameter(writer, factors.Scope, factors.Inside + "fc2", "bias", Random(gate.Hidden), gate.Channels);

                        break;
                    case LinearOp linear:
                        Parameter(writer, linear.Scope, "", "weight", Random(linear.InputLength), linear.Features, linear.InputLength);
                        if (linear.HasBias)
                            Parameter(writer, linear.Scope, "", "bias", Random(linear.InputLength), linear.Features);

                        break;
                }
            }
        }

        // The braces are an initialiser's.
        writer.TerminateStatement();
    }

    private static string Random(int fanIn) => $"Initializer.KaimingUniform(random, {Numbers.Text(fanIn)})";

    private static void Parameter(SourceWriter writer, Scope scope, string inside, string leaf, string initializer, params int[] shape)
    {
        string name = inside.Length == 0 ? leaf : $"{inside}.{leaf}";
        string sizes = string.Join(", ", shape.Select(s => Numbers.Text(s)));
        writer.Line($"new ParameterSpec({Text(scope.Path)}, {Numbers.Text(scope.Index)}, \"{name}\", new[] {{ {sizes} }}, BlockKind.{scope.Block}, {initializer}),");
    }

    private static void Pack(SourceWriter writer, NetworkPlan plan)
    {
        int parts = plan.Steps.Count(s => s.WeightsLength > 0);
        Property(writer, "int", "PackedParts", Numbers.Text(parts));
        writer.Blank();
        using (writer.Block("public override void PackPart(int part, ParameterSet parameters, Span<float> packed)"))
        using (parts == 0 ? default(IDisposable) : writer.Block("switch (part)"))
        {
            int part = 0;
            for (int i = 0; i < plan.Steps.Count; i++)
            {
                PlannedStep planned = plan.Steps[i];
                if (planned.WeightsLength == 0)
                    continue;

                writer.Line($"case {Numbers.Text(part++)}:");
                using SourceWriter.Scope indented = writer.Indent();
                string slice = $"parameters, packed.Slice({NetworkEmitter.Weights(i)}, {Numbers.Text(planned.WeightsLength)})";
                switch (planned.Step)
                {
                    case ConvStep conv:
                        var kernel = (ConvolutionKernel)planned.Kernel!;
                        writer.Line($"ConvPacking.Pack({slice}, {Text(Of(conv.Conv.Scope, conv.Conv.Inside))}, {Norm(conv.Norm)}, new ConvShape({Numbers.Text(conv.Conv.Channels)}, {Numbers.Text(conv.Conv.InChannels)}, {Numbers.Text(conv.Conv.Window.Kernel)}, {Numbers.Text(conv.Conv.Groups)}, ConvLayout.{kernel.PackedLayout}, {Numbers.Text(kernel.PackedInputs)}));");
                        break;
                    case FactorsStep factors:
                        SEBlockPlan gate = planned.Excite!.Plan;
                        int at(string field) => gate.Weights.FirstOrDefault(f => f.Name == field)?.Offset ?? -1;
                        writer.Line($"GatePacking.Pack({slice}, {Text(factors.Factors.Scope.Prefix + factors.Factors.Inside)}, {Numbers.Text(gate.Channels)}, {Numbers.Text(gate.Hidden)}, {Numbers.Text(at("ReduceWeightsAt"))}, {Numbers.Text(at("ReduceBiasAt"))}, {Numbers.Text(at("ExpandWeightsAt"))}, {Numbers.Text(at("ExpandBiasAt"))});");
                        break;
                    case PointwiseStep pointwise:
                        writer.Line($"NormPacking.Pack({slice}, {Norm(pointwise.Norm)});");
                        break;
                    case LinearStep linear:
                        Place place = plan.Buffer($"v{Numbers.Text(linear.Linear.Input)}").Place!;
                        writer.Line($"LinearPacking.Pack({slice}, {Text(Of(linear.Linear.Scope, ""))}, {Numbers.Text(linear.Linear.Features)}, {Numbers.Text(place.Channels)}, {Numbers.Text(place.Height)}, {Numbers.Text(place.Width)}, {Numbers.Text(place.Border)}, {Numbers.Text(place.Pixel)});");
                        break;
                }

                writer.Line("break;");
            }
        }
    }

    private static string Norm(BatchNormOp? norm)
        => norm is null ? "null" : $"new NormSource({Text(Of(norm.Scope, norm.Inside))}, {Numbers.Text(norm.Epsilon)}d)";

    private static string Of(Scope scope, string inside) => (scope.Prefix + inside).TrimEnd('.');

    /// <summary>A string literal: layer names are the user's.</summary>
    public static string Text(string value) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(value, quote: true);

    private static void Property(SourceWriter writer, string type, string name, string value)
    {
        writer.Blank();
        writer.Line($"public override {type} {name} => {value};");
    }
}
