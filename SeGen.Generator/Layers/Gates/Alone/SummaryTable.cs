using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>The table of a module's layers, as torchinfo prints one: for the header, the remarks and the Summary.</summary>
internal static class SummaryTable
{
    /// <summary>The lines of the table, without indentation.</summary>
    public static IReadOnlyList<string> Lines(SEBlockPlan plan)
    {
        var rows = new List<string[]> { new[] { "layer", "output", "parameters", "multiply-adds", "kernel" } };
        foreach (LayerRow layer in plan.Layers)
            rows.Add([layer.Layer, layer.Output, Numbers.Grouped(layer.Parameters), Numbers.Grouped(layer.MultiplyAdds), layer.Kernel]);

        rows.Add([
            "total", "", Numbers.Grouped(plan.ParameterCount), Numbers.Grouped(plan.MultiplyAdds),
            $"workspace {Numbers.Grouped(plan.WorkspaceBytes)} "
                + $"bytes{(plan.Spec.MaxBatch > 1 ? $" for {Numbers.Text(plan.Spec.MaxBatch)} images" : "")}",
        ]);

        int[] widths = [.. Enumerable.Range(0, 5).Select(column => rows.Max(row => row[column].Length))];
        return [.. rows.Select(row => string.Join("  ", row.Select((cell, column) => Pad(cell, widths[column], column))).TrimEnd())];
    }

    /// <summary>Numbers to the right, words to the left.</summary>
    private static string Pad(string cell, int width, int column) => column is 2 or 3 ? cell.PadLeft(width) : cell.PadRight(width);
}
