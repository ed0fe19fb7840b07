using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Declarations;

/// <summary>A module keeps the bounds that its Budget sets.</summary>
internal static class BudgetRules
{
    public static IEnumerable<Violation> Check(
        Declaration declaration, SEBlockSpec? block, NetworkSpec? network, CancellationToken cancellation)
    {
        for (int i = 0; i < declaration.Attributes.Count; i++)
        {
            AttributeArguments budget = declaration.Attributes[i].Arguments;
            if (declaration.Attributes[i].Kind != DeclaredAttribute.Budget || budget.IsBroken)
                continue;

            (long parameters, long multiplyAdds, long workspace) = Measure(block, network, cancellation);
            foreach ((string name, long value, string unit) in new[]
            {
                ("Parameters", parameters, "parameters"), ("MultiplyAdds", multiplyAdds, "multiply-adds"),
                ("WorkspaceBytes", workspace, "bytes of workspace"),
            })
            {
                if (!budget.IsWritten(name))
                    continue;

                if (name != "Parameters" && network is { Graph.IsFixed: false })
                    yield return Violation.OfArgument(
                        DiagnosticIds.MustBeWritten, name, "Height and Width",
                        $"without a size the {unit} of '{declaration.SimpleName}' are not known").At(i);
                else if (value > budget.Number(name, 0))
                    yield return Violation.OfArgument(
                        DiagnosticIds.BudgetPassed, name, declaration.SimpleName, Numbers.Grouped(value), unit,
                        Numbers.Grouped((long)budget.Number(name, 0))).At(i);
            }
        }
    }

    private static (long Parameters, long MultiplyAdds, long WorkspaceBytes) Measure(
        SEBlockSpec? block, NetworkSpec? network, CancellationToken cancellation)
    {
        if (block is not null)
        {
            SEBlockPlan plan = SEBlockPlanner.Plan(block);
            return (plan.ParameterCount, plan.MultiplyAdds, plan.WorkspaceBytes);
        }

        NetworkPlan whole = NetworkPlanner.Plan(network!, cancellation);
        return (whole.ParameterCount, whole.MultiplyAdds, whole.WorkspaceBytes);
    }
}
