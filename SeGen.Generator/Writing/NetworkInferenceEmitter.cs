using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Conv.Winograd;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Layout;
using SeGen.Generator.Layers.Linear;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Layers.Pool;
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
        using (writer.Block($"private sealed class Inference(PackedWeights weights) : NetworkRun(weights, {(plan.IsFixed ? "ArenaLength" : "0")}, {(plan.Workspace == 0 ? "0" : "WorkspaceLength")})"))
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
            string pixels = plan.IsFixed ? Numbers.Text(plan.Graph.SizeOf(output).Pixels) : output.IsVector ? "1" : $"{Size(output.Size)}.Height * {Size(output.Size)}.Width";
            writer.Line($"private ref float From => ref Add(ref AsRef(in Input), _image * {Numbers.Text(plan.Graph.Input.Channels)} * Pixels);");
            writer.Blank();
            writer.Line($"private ref float To => ref Add(ref Output, _image * {Numbers.Text(output.Channels)} * ({pixels}));");
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
        if (buffer.Place is { IsFixed: true } || (buffer.Place is null && !buffer.Name.StartsWith("sums", StringComparison.Ordinal)))
            return Numbers.Text(buffer.Length);

        Tensor tensor = plan.Graph.Tensors[buffer.Value];
        return buffer.Place is { } place
            ? $"{Size(tensor.Size)}.Length({Numbers.Text(place.Blocks)}, {Numbers.Text(place.Pixel)}, {Numbers.Text(place.Border)})"
            : $"((long){Size(tensor.Size)}.Height + {Numbers.Text(ConvKernel.DynamicRows - 1)}) / {Numbers.Text(ConvKernel.DynamicRows)} * {Numbers.Text(buffer.Floats)}";
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
        if (planned.Border is { } border)
            writer.Line($"{border.Name}.Run(ref At({Value(plan, planned.Step.Output)}){(border.Out.IsFixed ? "" : $", {SizeOf(plan, planned.Step.Output)}")});");

        if (planned.Kernel is { } kernel && !planned.IsJoined)
        {
            (string cuts, string work) = index > 0 && plan.Steps[index - 1] is { IsJoined: true, Kernel: ConvKernel first }
                ? (Numbers.Text(first.Columns), Numbers.Text(first.Work + ((ConvKernel)kernel).Work))
                : Share(plan, planned.Step, kernel);
            if (kernel is WinogradKernel { IsPhased: true } winograd)
                writer.Line($"Parallel({Numbers.Text(plan.Steps.Count + index)}, {Numbers.Text(winograd.TransformCuts)}, {work});");

            writer.Line($"Parallel({Numbers.Text(index)}, {cuts}, {work});");
        }

        if (planned.Step is FactorsStep factors)
        {
            string scratch = Value(plan, factors.Output);
            if (planned.Sum is { } sum)
                writer.Line($"{sum.Name}.Run(in At({NetworkEmitter.Place(plan, $"sums{Numbers.Text(factors.Factors.Input)}")}), ref At({Plus(scratch, planned.Excite!.Plan, "SqueezedAt")}){(sum.Height > 0 ? "" : $", {SizeOf(plan, factors.Factors.Input)}")});");

            writer.Line($"{planned.Excite!.Name}.Run(in Weight({NetworkEmitter.Weights(index)}), ref At({scratch}));");
            writer.Line($"Observe({NetworkDefinitionEmitter.Text(row.Layer)}, in At({Plus(scratch, planned.Excite.Plan, "GatesAt")}), {Numbers.Text(planned.Excite.Plan.Channels)});");
        }
    }

    /// <summary>How many cuts a step has, and about how much there is to do, in floats that are read.</summary>
    private static (string Cuts, string Work) Share(NetworkPlan plan, Step step, KernelSpec kernel)
    {
        switch (kernel)
        {
            case ConvolutionKernel conv:
                string size = conv.Out.IsFixed ? "" : SizeOf(plan, step.Output);
                return (conv.Cuts($"(int){size}.Height"), Numbers.Text(conv.Work) + (conv.Out.IsFixed ? "" : $" * (long)({size}.Height * {size}.Width)"));
            case LinearKernel linear:
                return (Numbers.Text(linear.Cuts), Numbers.Text(linear.WeightsLength));
            case ImportKernel import:
                return (Numbers.Text(import.Out.Blocks), Floats(plan, 0, import.Out));
            case ExportKernel export:
                return (Numbers.Text(export.In.Blocks), Floats(plan, ((ExportStep)step).X, export.In));
            case PoolKernel pool:
                return (Numbers.Text(pool.In.Blocks), Floats(plan, step.Reads.First(), pool.In));
            case SqueezeKernel squeeze:
                return (Numbers.Text(squeeze.In.Blocks), Floats(plan, step.Reads.First(), squeeze.In));
            default:
                var pointwise = (PointwiseKernel)kernel;
                return (Numbers.Text(pointwise.In.Blocks), Floats(plan, ((PointwiseStep)step).X, pointwise.In));
        }
    }

    private static string Floats(NetworkPlan plan, int value, Place place)
        => place.IsFixed ? Numbers.Text(place.Length) : $"{Numbers.Text(place.PaddedChannels)} * (long)({SizeOf(plan, value)}.Height * {SizeOf(plan, value)}.Width)";

    private static void Cuts(SourceWriter writer, NetworkPlan plan)
    {
        writer.Blank();
        using (writer.Block("protected override void RunStep(int phase, int cut)"))
        using (writer.Block("switch (phase)"))
        {
            for (int i = 0; i < plan.Steps.Count; i++)
            {
                if (plan.Steps[i].Kernel is not { } kernel)
                    continue;

                if (plan.Steps[i].IsJoined)
                {
                    i++;
                    Joined(writer, plan, i);
                    continue;
                }

                Case(writer, i, $"{kernel.Name}.Run({Arguments(plan, i)}cut);");
                if (kernel is WinogradKernel { IsPhased: true } && plan.Steps[i].Step is ConvStep conv)
                    Case(writer, plan.Steps.Count + i, $"{kernel.Name}.Transform(in At({Value(plan, conv.X)}), ref At({Transformed(plan, conv)}), ref Workspace, cut);");
            }
        }
    }

    /// <summary>A cut of two steps: all pixels of some channels by the first, then what the second makes of them.</summary>
    private static void Joined(SourceWriter writer, NetworkPlan plan, int second)
    {
        ConvKernel dense = (ConvKernel)plan.Steps[second - 1].Kernel!, depthwise = (ConvKernel)plan.Steps[second].Kernel!;
        writer.Line($"case {Numbers.Text(second)}:");
        using (writer.Indent())
        {
            Each(second - 1, dense, dense.Bands);
            Each(second, depthwise, dense.BlocksTogether * depthwise.Bands);
            writer.Line("break;");
        }

        void Each(int step, ConvKernel kernel, int cuts)
        {
            if (cuts == 1)
            {
                writer.Line($"{kernel.Name}.Run({Arguments(plan, step)}cut);");
                return;
            }

            writer.Line($"for (int i = 0; i < {Numbers.Text(cuts)}; i++)");
            using (writer.Indent())
                writer.Line($"{kernel.Name}.Run({Arguments(plan, step)}cut * {Numbers.Text(cuts)} + i);");

            writer.Blank();
        }
    }

    private static void Case(SourceWriter writer, int phase, string call)
    {
        writer.Line($"case {Numbers.Text(phase)}:");
        using (writer.Indent())
        {
            writer.Line(call);
            writer.Line("break;");
        }
    }

    /// <summary>The transformed tiles of a convolution in two phases.</summary>
    private static string Transformed(NetworkPlan plan, ConvStep step) => NetworkEmitter.Place(plan, $"t{Numbers.Text(step.Output)}");

    private static string Arguments(NetworkPlan plan, int index)
    {
        PlannedStep planned = plan.Steps[index];
        string output = planned.Step.Output < 0 ? "" : $"ref At({Value(plan, planned.Step.Output)}), ";
        string weights = $"in Weight({NetworkEmitter.Weights(index)}), ";
        switch (planned.Step)
        {
            case ImportStep:
                return $"in From, {output}{Sizes(plan, planned.Step.Output)}";
            case ExportStep export:
                return $"in At({Value(plan, export.X)}), ref To, {Sizes(plan, export.X)}";
            case ConvStep conv:
                string residual = conv.Residual < 0 ? "" : $"in At({Value(plan, conv.Residual)}), ";
                string sums = conv.HasSums ? $"ref At({NetworkEmitter.Place(plan, $"sums{Numbers.Text(conv.Output)}")}), " : "";
                string input = planned.Kernel is WinogradKernel { IsPhased: true } ? Transformed(plan, conv) : Value(plan, conv.X);
                string workspace = planned.Kernel is WinogradKernel ? "ref Workspace, " : "";
                string scale = conv.Factors < 0 ? "" : $"in At({Plus(Value(plan, conv.Factors), GateOf(plan, conv.Factors), "GatesAt")}), ";
                return $"in At({input}), {weights}{scale}{residual}{output}{sums}{Sizes(plan, conv.X)}{Sizes(plan, conv.Output)}{workspace}";
            case PoolStep pool:
                return $"in At({Value(plan, pool.Pool.Input)}), {output}{Sizes(plan, pool.Pool.Input)}{Sizes(plan, pool.Output)}";
            case MeanStep mean:
                return $"in At({Value(plan, mean.Pool.Input)}), {output}{Sizes(plan, mean.Pool.Input)}";
            case FactorsStep factors:
                return $"in At({Value(plan, factors.Factors.Input)}), ref At({Plus(Value(plan, factors.Output), planned.Excite!.Plan, "SqueezedAt")}), {Sizes(plan, factors.Factors.Input)}";
            case PointwiseStep pointwise:
                string norm = pointwise.Norm is null ? "" : weights;
                string factor = pointwise.Factors < 0 ? "" : $"in At({Plus(Value(plan, pointwise.Factors), GateOf(plan, pointwise.Factors), "GatesAt")}), ";
                string added = pointwise.Residual < 0 ? "" : $"in At({Value(plan, pointwise.Residual)}), ";
                return $"in At({Value(plan, pointwise.X)}), {norm}{factor}{added}{output}{Sizes(plan, pointwise.Output)}";
            default:
                return $"in At({Value(plan, ((LinearStep)planned.Step).Linear.Input)}), {weights}{output}";
        }
    }

    private static SEBlockPlan GateOf(NetworkPlan plan, int factors) => plan.Steps.First(s => s.Step is FactorsStep f && f.Output == factors).Excite!.Plan;

    private static string Value(NetworkPlan plan, int value) => NetworkEmitter.Place(plan, $"v{Numbers.Text(value)}");

    /// <summary>A field of a gate's scratch.</summary>
    private static string Plus(string scratch, SEBlockPlan gate, string field)
    {
        int offset = gate.ForwardScratch.First(f => f.Name == field).Offset;
        return offset == 0 ? scratch : $"{scratch} + {Numbers.Text(offset)}";
    }

    private static string SizeOf(NetworkPlan plan, int value) => Size(plan.Graph.Tensors[value].Size);

    private static string Sizes(NetworkPlan plan, int value)
        => plan.Graph.SizeOf(plan.Graph.Tensors[value]).IsFixed ? "" : $"{SizeOf(plan, value)}, ";
}
