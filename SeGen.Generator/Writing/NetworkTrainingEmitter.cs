using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>
/// Writes the class that trains a network: stages that run image by image, one method each, and between them what the batch as a whole
/// needs.
/// </summary>
internal static class NetworkTrainingEmitter
{
    public static void Emit(SourceWriter writer, TrainingPlan plan)
    {
        writer.Blank();
        writer.Line("/// <summary>Training steps: every image has an arena of its own; a stage takes each image as far as it gets "
            + "without the others.</summary>");
        using (writer.Block("private sealed class Training : NetworkTraining"))
        {
            Places(writer, plan);
            foreach (TrainedLayer layer in plan.Layers)
                writer.Line($"private readonly {layer.Type} {layer.Field}; // {layer.Comment}");

            Constructor(writer, plan);
            Pass(writer, plan, plan.Forward, "ForwardPass");
            Pass(writer, plan, plan.Backward, "BackwardPass");
            Cuts(writer, plan);
            if (!plan.IsFixed)
                Slots(plan).Method(writer, b => Length(plan, b), "Reserve");

            foreach ((Stage stage, _) in plan.Forward.Stages.Concat(plan.Backward.Stages).Where(s => s.Stage.Parts.Count > 0))
                StageMethod(writer, plan, stage);
        }
    }

    private static void Places(SourceWriter writer, TrainingPlan plan)
    {
        if (plan.IsFixed)
        {
            writer.Line("// The arena of one image: v are values, g gradients, s sums over pixels, in parts of the step that are counted "
                + "from its start.");
            foreach (ArenaBuffer buffer in plan.Buffers)
                writer.Line($"private const long {Name(plan, buffer)} = {buffer.Offset}; // "
                    + $"{(buffer.Place is { } place ? place.Text : Numbers.Text(buffer.Length))}, parts {buffer.First} to {buffer.Last}");

            writer.Line($"private const long ImageLength = {plan.ImageLength};");
        }
        else
            Slots(plan).Fields(writer);

        writer.Blank();
    }

    private static SlotLayout Slots(TrainingPlan plan) => new(plan.Graph, plan.Slots, plan.Buffers);

    private static string Name(TrainingPlan plan, ArenaBuffer buffer)
        => plan.IsFixed ? char.ToUpperInvariant(buffer.Name[0]) + buffer.Name.Substring(1) + "At" : SlotLayout.Slot(buffer.Offset);

    private static void Constructor(SourceWriter writer, TrainingPlan plan)
    {
        writer.Blank();
        writer.Line("public Training(PackedWeights weights)");
        using (writer.Indent())
            writer.Line($": base(weights, {plan.Workspace})");

        using (writer.Block())
        {
            foreach (TrainedLayer layer in plan.Layers)
                writer.Line($"{layer.Field} = Add(new {layer.Type}(Parameters, {layer.Arguments}));");
        }
    }

    private static void Pass(SourceWriter writer, TrainingPlan plan, Pass pass, string name)
    {
        writer.Blank();
        using (writer.Block($"protected override void {name}()"))
        {
            if (name == "ForwardPass")
            {
                writer.Line(plan.IsFixed ? "Reserve(ImageLength);" : "Layout();");
                writer.Blank();
            }

            foreach ((Stage stage, IReadOnlyList<TrainingPart> after) in pass.Stages)
            {
                if (stage.Parts.Count > 0)
                    writer.Line($"Parallel({stage.Phase}, Batch, (long)Batch * {Work(plan, stage.Parts.Sum(p => p.Work))});");

                int phase = stage.Phase;
                foreach (TrainingPart part in after)
                {
                    writer.Line(part is SharedPart shared
                        ? $"Parallel({Numbers.Text(++phase)}, {shared.Cuts}, (long)Batch * {Work(plan, shared.Work)});"
                        : $"{part.Method}({Arguments(plan, part, "Image(0)")});");
                }
            }
        }
    }

    private static string Work(TrainingPlan plan, long work)
        => plan.IsFixed ? Numbers.Text(Math.Max(1, work)) : $"{Numbers.Text(Math.Max(1, work))} * (long)Pixels";

    private static void Cuts(SourceWriter writer, TrainingPlan plan)
    {
        writer.Blank();
        using (writer.Block("public override void RunCut(int phase, int cut)"))
        using (writer.Block("switch (phase)"))
        {
            foreach ((Stage stage, IReadOnlyList<TrainingPart> after) in plan.Forward.Stages.Concat(plan.Backward.Stages))
            {
                if (stage.Parts.Count > 0)
                    Case(writer, stage.Phase, $"{Method(stage)}((nuint)cut);");

                int phase = stage.Phase;
                foreach (SharedPart part in after.OfType<SharedPart>())
                    Case(writer, ++phase, $"{part.Method}({Arguments(plan, part, "Image(0)")}, cut);");
            }
        }
    }

    private static void Case(SourceWriter writer, int phase, string call)
    {
        writer.Line($"case {phase}:");
        using (writer.Indent())
        {
            writer.Line(call);
            writer.Line("break;");
        }
    }

    private static string Method(Stage stage) => $"Stage{Numbers.Text(stage.Phase)}";

    private static void StageMethod(SourceWriter writer, TrainingPlan plan, Stage stage)
    {
        writer.Blank();
        using (writer.Block($"private void {Method(stage)}(nuint image)"))
        {
            writer.Line("ref float arena = ref Image(image);");
            for (int i = 0; i < stage.Parts.Count;)
            {
                int end = i + 1;
                while (end < stage.Parts.Count && stage.Parts[end].ForInput == stage.Parts[i].ForInput)
                    end++;

                if (stage.Parts[i].ForInput)
                {
                    writer.Blank();
                    using (writer.Block("if (HasOutput)"))
                        Calls(writer, plan, stage.Parts.Skip(i).Take(end - i));
                }
                else
                    Calls(writer, plan, stage.Parts.Skip(i).Take(end - i));

                i = end;
            }
        }
    }

    private static void Calls(SourceWriter writer, TrainingPlan plan, IEnumerable<ImagePart> parts)
    {
        foreach (ImagePart part in parts)
        {
            if (part.Comment.Length > 0)
            {
                writer.Blank();
                writer.Line($"// {part.Comment}");
            }

            string arguments = Arguments(plan, part, "arena");
            if (part.Cuts.Length == 0)
                writer.Line($"{part.Method}({arguments});");
            else if (part.Cuts == "1")
                writer.Line($"{part.Method}({arguments}, 0);");
            else
            {
                writer.Line($"for (int cut = 0; cut < {part.Cuts}; cut++)");
                using (writer.Indent())
                    writer.Line($"{part.Method}({arguments}, cut);");
            }
        }
    }

    private static string Arguments(TrainingPlan plan, TrainingPart part, string arena) => string.Join(", ", part.Operands.Select(o =>
        o.Buffer is not { } buffer
            ? o.Text
            : $"{o.Text} At(ref {arena}, {Name(plan, plan.Buffers[buffer])}{(o.Plus == "0" ? "" : $" + {o.Plus}")})"));

    private static string Length(TrainingPlan plan, ArenaBuffer buffer) => buffer.Place is { IsFixed: false } place
        ? $"{SlotLayout.Size(plan.Graph.Tensors[buffer.Value].Size)}.Length({Numbers.Text(place.Blocks)}, {Numbers.Text(place.Pixel)}, "
            + $"{Numbers.Text(place.Border)})"
        : Numbers.Text(buffer.Length);
}
