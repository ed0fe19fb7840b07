using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>Writes the class that runs a network's inference: its steps in their order, and the cuts of each.</summary>
internal static class NetworkInferenceEmitter
{
    public static void Emit(SourceWriter writer, NetworkPlan plan)
    {
        writer.Blank();
        writer.Line("/// <summary>Inference: the steps of an image, and the cuts of each, which threads may share.</summary>");
        using (writer.Block($"private sealed class Inference(PackedWeights weights) : NetworkRun(weights, "
            + $"{(plan.IsFixed ? "ArenaLength" : "0")}, {(plan.Workspace == 0 ? "0" : "WorkspaceLength")})"))
        {
            writer.Line("private nuint _image;");
            if (!plan.IsFixed)
                Slots(plan).Fields(writer);

            Forward(writer, plan);
            Cuts(writer, plan);
            if (!plan.IsFixed)
                Slots(plan).Method(writer, b => Length(plan, b), "EnsureScratch");

            writer.Blank();
            Tensor output = plan.Graph.Tensors[plan.Graph.Output];
            string pixels = plan.IsFixed
                ? Numbers.Text(plan.Graph.SizeOf(output).Pixels)
                : output.IsVector ? "1" : $"{Size(output.Size)}.Height * {Size(output.Size)}.Width";
            writer.Line($"private ref float From => ref Add(ref AsRef(in Input), _image * {plan.Graph.Input.Channels} * Pixels);");
            writer.Blank();
            writer.Line($"private ref float To => ref Add(ref Output, _image * {output.Channels} * ({pixels}));");
            writer.Blank();
            writer.Line($"private ref float At({(plan.IsFixed ? "int" : "long")} offset) => ref Add(ref Scratch, (nint)offset);");
            writer.Blank();
            writer.Line("private ref readonly float Weight(int offset) => ref Add(ref AsRef(in Weights), offset);");
        }
    }

    private static SlotLayout Slots(NetworkPlan plan) => new(plan.Graph, plan.Slots, plan.Buffers);

    private static string Size(int size) => SlotLayout.Size(size);

    private static string Length(NetworkPlan plan, ArenaBuffer buffer)
    {
        string size = Size(plan.Graph.Tensors[buffer.Value].Size), rows = Numbers.Text(buffer.BandRows);
        return buffer.BandRows > 0 ? $"((long){size}.Height + {Numbers.Text(buffer.BandRows - 1)}) / {rows} * {Numbers.Text(buffer.Floats)}"
            : buffer.Place is { IsFixed: false } place
            ? $"{size}.Length({Numbers.Text(place.Blocks)}, {Numbers.Text(place.Pixel)}, {Numbers.Text(place.Border)})"
            : Numbers.Text(buffer.Length);
    }

    private static void Forward(SourceWriter writer, NetworkPlan plan)
    {
        writer.Blank();
        using (writer.Block("protected override void ForwardImages()"))
        {
            if (!plan.IsFixed)
                writer.Line("Layout();");

            using (writer.Block("for (_image = 0; _image < (nuint)Batch; _image++)"))
            {
                for (int i = 0; i < plan.Steps.Count; i++)
                    Step(writer, plan, i);
            }
        }
    }

    private static void Step(SourceWriter writer, NetworkPlan plan, int index)
    {
        PlannedStep planned = plan.Steps[index];
        NetworkRow row = plan.Rows[index];
        writer.Blank();
        writer.Line($"// {row.Layer}{(row.Kind.Length > 0 ? $": {row.Kind}" : "")}{(planned.IsJoined ? ", together with the next" : "")}");
        var phrases = new CallWriter(plan, index);
        foreach (Call call in planned.Before)
            writer.Line(phrases.Text(call));

        foreach (Phase phase in planned.Phases)
            writer.Line($"Parallel({phase.Number}, {CallWriter.Text(phase.Cuts)}, {CallWriter.Text(phase.Work)});");

        foreach (Call call in planned.After)
            writer.Line(phrases.Text(call));

        if (planned.Observation is { } told)
            writer.Line($"Observe({Literal.Of(told.Layer)}, in {phrases.Text(told.Factors)}, {told.Channels});");
    }

    private static void Cuts(SourceWriter writer, NetworkPlan plan)
    {
        writer.Blank();
        using (writer.Block("protected override void RunStep(int phase, int cut)"))
        using (writer.Block("switch (phase)"))
        {
            for (int i = 0; i < plan.Steps.Count; i++)
            {
                // The phase that writes the output first.
                foreach (Phase phase in plan.Steps[i].Phases.Reverse())
                    Case(writer, plan, i, phase);
            }
        }
    }

    private static void Case(SourceWriter writer, NetworkPlan plan, int index, Phase phase)
    {
        writer.Line($"case {phase.Number}:");
        using (writer.Indent())
        {
            for (int i = 0; i < phase.Parts.Count; i++)
            {
                // Of two steps that run together the first one has the arguments of the step before.
                (Call call, int times) = phase.Parts[i];
                var phrases = new CallWriter(plan, index - (phase.Parts.Count - 1 - i));
                if (times == 1)
                {
                    writer.Line(phrases.Text(call, "cut"));
                    continue;
                }

                writer.Line($"for (int i = 0; i < {times}; i++)");
                using (writer.Indent())
                    writer.Line(phrases.Text(call, $"cut * {Numbers.Text(times)} + i"));

                writer.Blank();
            }

            writer.Line("break;");
        }
    }
}
