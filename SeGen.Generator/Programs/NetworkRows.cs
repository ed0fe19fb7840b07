using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv.Winograd;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Model;
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
            Step step = planned.Step;
            (string name, string kind, long parameters, long multiplyAdds) = Describe(plan, planned);
            string output = step.Output < 0 ? Shape(plan, ((ExportStep)step).X) : Shape(plan, step.Output);
            string kernel = string.Join(", ", new KernelSpec?[] { planned.Sum, planned.Kernel, planned.Excite }.OfType<KernelSpec>().Select(k => k.Name));
            string at = step.Output < 0 ? "" : plan.IsFixed
                ? Numbers.Grouped(plan.Buffer($"v{Numbers.Text(step.Output)}").Offset * sizeof(float))
                : $"slot {Numbers.Text(plan.Buffer($"v{Numbers.Text(step.Output)}").Offset)}";
            long computed = planned is { Kernel: WinogradKernel winograd, Step: ConvStep conv } ? winograd.MultiplyAdds(conv.Conv.InChannels, conv.Conv.Channels) : multiplyAdds;
            yield return new NetworkRow(name, kind, output, parameters, multiplyAdds, computed, kernel, at);
        }
    }

    private static (string Name, string Kind, long Parameters, long MultiplyAdds) Describe(NetworkPlan plan, PlannedStep planned)
    {
        Step step = planned.Step;
        switch (step)
        {
            case ImportStep:
                return ("input", "", 0, 0);
            case ExportStep:
                return ("output", "", 0, 0);
            case ConvStep conv:
                string kind = string.Join(", ", new[]
                {
                    conv.Factors < 0 ? "" : "scale", $"conv {Numbers.Text(conv.Conv.Window.Kernel)}x{Numbers.Text(conv.Conv.Window.Kernel)}", conv.Norm is null ? "" : "bn", conv.Residual < 0 ? "" : "add",
                    conv.Activation == Activation.Identity ? "" : conv.Activation.ToString().ToLowerInvariant(), conv.HasSums ? "squeeze" : "",
                }.Where(p => p.Length > 0));
                long weights = conv.Conv.Weights + (conv.Conv.HasBias ? conv.Conv.Channels : 0) + (conv.Norm is null ? 0 : 2L * conv.Conv.Channels);
                return (Name(conv.Conv.Scope, conv.Conv.Inside), kind, weights, conv.Conv.Weights * plan.Graph.SizeOf(plan.Graph.Tensors[step.Output]).Pixels);
            case PoolStep pool:
                return (plan.Spec.LayerNames[step.Layer], pool.Pool.IsMaximum ? "max pool" : "average pool", 0, 0);
            case MeanStep:
                return (plan.Spec.LayerNames[step.Layer], "mean", 0, 0);
            case FactorsStep factors:
                SEBlockPlan gate = planned.Excite!.Plan;
                return (Name(factors.Factors.Scope, factors.Factors.Inside), $"gate, hidden {Numbers.Text(gate.Hidden)}", gate.ParameterCount, gate.MultiplyAdds);
            case PointwiseStep pointwise:
                string parts = string.Join(", ", new[]
                {
                    pointwise.Norm is null ? "" : "bn", pointwise.Factors < 0 ? "" : "scale", pointwise.Residual < 0 ? "" : "add",
                    pointwise.Activation == Activation.Identity ? "" : pointwise.Activation.ToString().ToLowerInvariant(),
                }.Where(p => p.Length > 0));
                return (pointwise.Norm is { } norm ? Name(norm.Scope, norm.Inside) : plan.Spec.LayerNames[step.Layer], parts, pointwise.Norm is null ? 0 : 2L * pointwise.Norm.Channels, 0);
            default:
                LinearOp linear = ((LinearStep)step).Linear;
                return (Name(linear.Scope, ""), "linear", (long)linear.InputLength * linear.Features + (linear.HasBias ? linear.Features : 0), (long)linear.InputLength * linear.Features);
        }
    }

    private static string Name(Scope scope, string inside) => (scope.Prefix + inside).TrimEnd('.');

    private static string Shape(NetworkPlan plan, int value)
    {
        Tensor tensor = plan.Graph.Tensors[value];
        SizeRule size = plan.Graph.SizeOf(tensor);
        return tensor.IsVector ? Numbers.Text(tensor.Channels)
            : size.IsFixed ? $"{Numbers.Text(tensor.Channels)}x{Numbers.Text(size.Height)}x{Numbers.Text(size.Width)}" : $"{Numbers.Text(tensor.Channels)}xHxW";
    }
}
