using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>The table of a network's steps, as torchinfo prints one.</summary>
internal static class NetworkTable
{
    public static IReadOnlyList<string> Lines(NetworkPlan plan)
    {
        var rows = new List<string[]> { new[] { "layer", "kind", "output", "parameters", "multiply-adds", "computed", "kernel", plan.IsFixed
            ? "arena byte"
            : "arena" } };
        foreach (NetworkRow row in plan.Rows)
            rows.Add([row.Layer, row.Kind, row.Output, Numbers.Grouped(row.Parameters),
                plan.IsFixed ? Numbers.Grouped(row.MultiplyAdds) : "", plan.IsFixed ? Numbers.Grouped(row.Computed) : "", row.Kernel,
                row.At]);

        rows.Add([
            "total", "", "", Numbers.Grouped(plan.ParameterCount), plan.IsFixed ? Numbers.Grouped(plan.MultiplyAdds) : "",
            plan.IsFixed ? Numbers.Grouped(plan.Rows.Sum(r => r.Computed)) : "",
            plan.IsFixed
                ? $"workspace {Numbers.Grouped(plan.WorkspaceBytes)} bytes ({Numbers.Grouped(plan.LengthWithoutReuse * sizeof(float))} "
                    + $"without reuse)"
                : "", "",
        ]);

        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return [.. rows.Select(
            row => string.Join(
                "  ",
                row.Select((cell, column) => column is 3 or 4 or 5 or 7 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column])))
                    .TrimEnd())];
    }
}
