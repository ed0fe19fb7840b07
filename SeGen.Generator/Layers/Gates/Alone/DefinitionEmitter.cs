using SeGen.Generator.Model;
using SeGen.Generator.Text;
using SeGen.Generator.Writing;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>Writes what is the same for all instances: the shape, the parameters, how they are packed, which kernels run.</summary>
internal static class DefinitionEmitter
{
    public static void Emit(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        writer.Line("/// <summary>What is the same for all instances.</summary>");
        using (writer.Block("public sealed class Definition : ModuleDefinition"))
        {
            writer.Line("public static readonly Definition Instance = new Definition();");
            Shape(writer, plan);
            Parameters(writer, plan);
            Pack(writer, plan);
            foreach ((string method, string result, string run) in new[] { ("CreateForward", "ForwardRun", "Inference"),
                ("CreateTraining", "TrainingRun", "Training") }.Take(plan.Trains
                ? 2
                : 1))
            {
                writer.Blank();
                writer.Line($"public override {result} {method}(PackedWeights weights)");
                using (writer.Indent())
                {
                    for (int i = 0; i < VectorWidth.All.Count; i++)
                        writer.Line(
                            $"{(i == 0 ? "=>" : " :")} {VectorWidth.All[i].Type}.IsHardwareAccelerated ? new "
                                + $"{run}<{VectorWidth.All[i].Kernels}>(weights)");

                    writer.Line($" : new {run}<{VectorWidth.ScalarKernels}>(weights);");
                }
            }
        }
    }

    private static void Shape(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        writer.Line($"public override string Name => \"{plan.Spec.Type.DisplayName}\";");
        Property(writer, "int", "InputChannels", "Channels");
        Property(writer, "int", "OutputChannels", "Channels");
        if (plan.IsFixed)
        {
            Property(writer, "int", "Height", Numbers.Text(plan.Spec.Height));
            Property(writer, "int", "Width", Numbers.Text(plan.Spec.Width));
        }

        // A constant of the class around has the property's name.
        Property(writer, "int", "MaxBatch", $"{SEBlockEmitter.ModuleClass(plan)}.MaxBatch");
        Property(writer, "bool", "InPlace", "true");
        Property(writer, "bool", "IsGate", "true");
        NetworkDefinitionEmitter.Settings(writer, plan.Spec.Settings, plan.Trains);
        Property(writer, "int", "PackedLength", "WeightsLength");
    }

    private static void Property(SourceWriter writer, string type, string name, string value)
    {
        writer.Blank();
        writer.Line($"public override {type} {name} => {value};");
    }

    private static void Parameters(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        using (writer.Block("public override ParameterSpec[] CreateParameters(Random random) => new[]"))
        {
            Parameter(writer, "fc1.weight", "Hidden, Channels", "Channels");
            if (plan.Gate.HasReduceBias)
                Parameter(writer, "fc1.bias", "Hidden", "Channels");

            Parameter(writer, "fc2.weight", "Channels, Hidden", "Hidden");
            if (plan.Gate.HasExpandBias)
                Parameter(writer, "fc2.bias", "Channels", "Hidden");
        }

        // The braces are an initialiser's.
        writer.TerminateStatement();
    }

    private static void Parameter(SourceWriter writer, string name, string shape, string fanIn)
        => writer.Line($"new ParameterSpec(\"{name}\", new[] {{ {shape} }}, BlockKind.Gate, Initializer.KaimingUniform(random, {fanIn})),");

    private static void Pack(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        using (writer.Block("public override void PackPart(int part, ParameterSet parameters, Span<float> packed)"))
        {
            if (plan.HasHidden)
            {
                writer.Line("""
                    ReadOnlySpan<float> reduce = parameters["fc1.weight"].Values;
                    ReadOnlySpan<float> expand = parameters["fc2.weight"].Values;
                    for (int r = 0; r < Hidden; r++)
                    {
                        reduce.Slice(r * Channels, Channels).CopyTo(packed.Slice(ReduceWeightsAt + r * PaddedChannels));
                        for (int c = 0; c < Channels; c++)
                            packed[ExpandWeightsAt + r * PaddedChannels + c] = expand[c * Hidden + r];
                    }
                    """);
                writer.Blank();
                if (plan.Gate.HasReduceBias)
                    writer.Line("parameters[\"fc1.bias\"].Values.CopyTo(packed.Slice(ReduceBiasAt));");
            }

            if (plan.Gate.HasExpandBias)
                writer.Line("parameters[\"fc2.bias\"].Values.CopyTo(packed.Slice(ExpandBiasAt));");
        }
    }
}
