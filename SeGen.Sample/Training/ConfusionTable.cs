using Spectre.Console;

namespace SeGen.Sample.Training;

/// <summary>How often each class was taken for which.</summary>
internal static class ConfusionTable
{
    /// <param name="confusion">[class, taken for].</param>
    public static void Write(int[,] confusion)
    {
        int classes = confusion.GetLength(0);
        var table = new Table().Border(TableBorder.Rounded).Title("[grey]is (row), taken for (column)[/]").AddColumn("");
        for (int i = 0; i < classes; i++)
            table.AddColumn(new TableColumn($"{i}").RightAligned());

        table.AddColumn(new TableColumn("right").RightAligned());
        for (int row = 0; row < classes; row++)
        {
            int all = Enumerable.Range(0, classes).Sum(c => confusion[row, c]);
            table.AddRow([
                $"[bold]{row}[/]",
                .. Enumerable.Range(0, classes).Select(c => confusion[row, c] == 0 ? "[grey].[/]" : c == row ? $"[green]{confusion[row, c]}[/]" : $"[red]{confusion[row, c]}[/]"),
                all == 0 ? "" : $"{(double)confusion[row, row] / all:P1}",
            ]);
        }

        AnsiConsole.Write(table);
    }
}
