using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs;

/// <summary>What each step is called and costs, for tables.</summary>
internal static class NetworkRows
{
    public static IEnumerable<NetworkRow> Of(NetworkPlan plan)
    {
        foreach (PlannedStep planned in plan.Steps)
        {
            LayerStep step = planned.Step;
            string output = Shape(plan, step.Output < 0 ? step.Reads.First() : step.Output);
            string kernels = string.Join(", ", planned.Kernels.Select(k => k.Name));
            long multiplyAdds = step.MultiplyAddsOf(plan.Graph);
            yield return new NetworkRow(
                step.NameOf(plan.Spec), step.Kind, output, step.ParameterCount, multiplyAdds, planned.Computed, kernels, At(plan, step));
        }
    }

    private static string At(NetworkPlan plan, Step step)
    {
        if (step.Output < 0)
            return "";

        long offset = plan.Buffers[BufferId.Value(step.Output)].Offset;
        return plan.IsFixed ? Numbers.Grouped(offset * sizeof(float)) : $"slot {Numbers.Text(offset)}";
    }

    private static string Shape(NetworkPlan plan, int value)
    {
        Tensor tensor = plan.Graph.Tensors[value];
        SizeRule size = plan.Graph.SizeOf(tensor);
        return tensor.IsVector ? Numbers.Text(tensor.Channels)
            : size.IsFixed
                ? $"{Numbers.Text(tensor.Channels)}x{Numbers.Text(size.Height)}x{Numbers.Text(size.Width)}"
                : $"{Numbers.Text(tensor.Channels)}xHxW";
    }
}
