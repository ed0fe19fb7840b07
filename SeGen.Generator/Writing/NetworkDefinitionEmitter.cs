using SeGen.Generator.Ir;
using SeGen.Generator.Model;
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
        => $"{from}.Slide({Numbers.Text(rule.Window!.Reach)}, {Numbers.Text(rule.Window.Stride)}, {Numbers.Text(rule.Window.Padding)}, "
            + $"{(rule.Window.CeilMode ? "true" : "false")})";

    /// <summary>What files carry beside the weights, and whether there is training code.</summary>
    public static void Settings(SourceWriter writer, EquatableArray<string> settings, bool trains)
    {
        writer.Blank();
        if (settings.Count > 0)
        {
            using (writer.Block("public override string[] Settings => new[]"))
            {
                foreach (string line in settings)
                    writer.Line($"{Literal.Of(line)},");
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
            writer.Line($"public override (int Height, int Width) OutputSize(int height, int width) => ({to.Height}, {to.Width});");
            return;
        }

        using (writer.Block("public override (int Height, int Width) OutputSize(int height, int width)"))
        {
            writer.Line("var size0 = new MapSize((nuint)height, (nuint)width);");
            for (int i = 1; i < graph.Sizes.Count; i++)
                writer.Line($"var size{i} = {(graph.Sizes[i].IsFixed ? $"new MapSize({Numbers.Text(graph.Sizes[i].Height)}, {Numbers.Text(graph.Sizes[i].Width)})" : Slide(graph.Sizes[i], $"size{Numbers.Text(graph.Sizes[i].From)}"))};");

            writer.Line(output.IsVector ? "return (1, 1);" : $"return ((int)size{Numbers.Text(output.Size)}.Height, "
                + $"(int)size{Numbers.Text(output.Size)}.Width);");
        }
    }

    private static void Parameters(SourceWriter writer, Graph graph)
    {
        writer.Blank();
        using (writer.Block("public override ParameterSpec[] CreateParameters(Random random) => new ParameterSpec[]"))
        {
            foreach (OpParameter parameter in graph.Ops.SelectMany(o => o.Parameters))
                Parameter(writer, parameter);
        }

        // The braces are an initialiser's.
        writer.TerminateStatement();
    }

    private static void Parameter(SourceWriter writer, OpParameter parameter)
    {
        Scope scope = parameter.Scope;
        Initial initial = parameter.Initial;
        string name = parameter.Inside.Length == 0 ? parameter.Leaf : $"{parameter.Inside}.{parameter.Leaf}";
        string sizes = string.Join(", ", parameter.Shape.Select(s => Numbers.Text(s)));
        string initializer = initial.IsDrawn
            ? $"Initializer.KaimingUniform(random, {Numbers.Text(initial.FanIn)})"
            : $"Initializer.Constant({Numbers.Text(initial.Constant)}f)";
        writer.Line(
            $"new ParameterSpec({Literal.Of(scope.Path)}, {Numbers.Text(scope.Index)}, \"{name}\", new[] {{ {sizes} }}, "
                + $"BlockKind.{scope.Block}, "
            + $"{initializer}{(parameter.IsTrainable ? "" : ", IsTrainable: false")}),");
    }

    private static void Pack(SourceWriter writer, NetworkPlan plan)
    {
        int parts = plan.Steps.Count(s => s.Packing is not null);
        Property(writer, "int", "PackedParts", Numbers.Text(parts));
        writer.Blank();
        using (writer.Block("public override void PackPart(int part, ParameterSet parameters, Span<float> packed)"))
        using (parts == 0 ? default(IDisposable) : writer.Block("switch (part)"))
        {
            int part = 0;
            for (int i = 0; i < plan.Steps.Count; i++)
            {
                PlannedStep planned = plan.Steps[i];
                if (planned.Packing is not { } packing)
                    continue;

                writer.Line($"case {part++}:");
                using SourceWriter.Scope indented = writer.Indent();
                writer.Line(packing.Write($"parameters, packed.Slice({NetworkEmitter.Weights(i)}, {Numbers.Text(planned.WeightsLength)})"));
                writer.Line("break;");
            }
        }
    }

    private static void Property(SourceWriter writer, string type, string name, string value)
    {
        writer.Blank();
        writer.Line($"public override {type} {name} => {value};");
    }
}
