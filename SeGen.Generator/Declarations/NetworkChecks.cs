using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Declarations;

/// <summary>What must be true of a network as a whole: its names, and what must fit an array.</summary>
internal static class NetworkChecks
{
    /// <summary>What lives at the same time fits one array.</summary>
    public static void CheckArena(GraphBuilder builder, NetworkSpec spec, CancellationToken cancellation)
    {
        // Planning costs time, so that it is done only where all values together would not fit; in training there are twice as many.
        if (!spec.Graph.IsFixed || 2 * builder.ValuesLength <= GateRules.MaxLength)
            return;

        long arena = NetworkPlanner.Plan(spec with { InferenceOnly = true }, cancellation).ArenaLength;
        string what = "The workspace of one image";
        if (arena <= GateRules.MaxLength && spec.Emit == Model.Emit.Cuda)
            (arena, what) = (new GpuInferencePlan(spec).ArenaLength, "On a GPU the workspace of one image");

        if (arena <= GateRules.MaxLength && spec.Emit == Model.Emit.Cuda && !spec.InferenceOnly)
            (arena, what) = (new GpuTrainingPlan(spec).ArenaLength, "On a GPU the workspace of training on one image, which "
                + "InferenceOnly = true would leave out,");

        if (arena > GateRules.MaxLength)
            builder.Fail(DiagnosticIds.TooLarge, "", what, Numbers.Grouped(arena), Numbers.Grouped(GateRules.MaxLength));
    }

    /// <summary>Gradients fit an array too: those of convolutions lie in borders as wide as their taps reach.</summary>
    public static void CheckGradients(GraphBuilder builder, Graph graph)
    {
        var index = new GraphIndex(graph);
        double length(int value)
        {
            SizeRule size = graph.SizeOf(graph.Tensors[value]);
            double border = 2.0 * (index.Producer(value)?.GradientBorder ?? 0);
            return VectorWidth.Pad((long)graph.Tensors[value].Channels) * (size.Height + border) * (size.Width + border);
        }

        foreach (Op op in graph.Ops)
        {
            (string what, double values) = op.TurnedWeights(length(op.Input)) is > 0 and double turned
                ? ("The transposed weights of this layer", turned)
                : ("The gradient of this layer's output", length(op.Output));
            if (values > GateRules.MaxLength)
            {
                builder.Layer = op.Layer;
                builder.Fail(
                    DiagnosticIds.TooLarge, "", $"{what}, which InferenceOnly = true would leave out,", Numbers.Grouped(values),
                    Numbers.Grouped(GateRules.MaxLength));
                return;
            }
        }
    }

    /// <summary>Every parameter has a name of its own.</summary>
    public static void CheckNames(GraphBuilder builder)
    {
        var seen = new Dictionary<string, int>();
        foreach (Op op in builder.Ops)
        {
            foreach (string name in op.Parameters.Select(p => p.Part).Distinct())
            {
                if (seen.TryGetValue(name, out int layer))
                {
                    builder.Layer = op.Layer;
                    builder.Fail(DiagnosticIds.NameTwice, "Name", builder.NameOfLayer(layer), name);
                    return;
                }

                seen.Add(name, op.Layer);
            }
        }
    }
}
