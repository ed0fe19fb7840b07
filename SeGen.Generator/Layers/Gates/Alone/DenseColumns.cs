using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// output[c] = start[c] + the sum over r of input[r] * matrix[r, c]: up to eight vectors of channels at a time stay in registers while
/// the rows, padded to whole vectors, pass by.
/// </summary>
/// <param name="Rows">Rows of the matrix.</param>
/// <param name="Matrix">The variable at its start.</param>
/// <param name="Input">The variable at the input's start.</param>
/// <param name="Start">The first value of an accumulator for channels at an index.</param>
/// <param name="Finish">Lines that store an accumulator for channels at an index.</param>
internal sealed record DenseColumns(
    int Rows, string Matrix, string Input, Func<string, string> Start, Func<string, string, IEnumerable<string>> Finish)
{
    /// <summary>How many rows ahead those are asked for that no cache holds.</summary>
    private const int RowsAhead = 8;

    public void Emit(Kernel kernel)
    {
        int vectors = kernel.Plan.PaddedChannels / kernel.Lanes;
        int block = UnrollBudget.ColumnVectors, whole = vectors / block, rest = vectors % block;
        if (whole == 1)
            EmitBlock(kernel, block, "0");
        else if (whole > 1)
        {
            using (kernel.Writer.Block($"for (nuint c = 0; c < {whole * block * kernel.Lanes}; c += {block * kernel.Lanes})"))
                EmitBlock(kernel, block, "c");
        }

        if (rest == 0)
            return;

        if (whole > 0)
            kernel.Writer.Blank();

        EmitBlock(kernel, rest, Numbers.Text(whole * block * kernel.Lanes), whole > 0 ? "rest" : "sum");
    }

    /// <summary>A block of channels; the prefix keeps the names of a second block apart.</summary>
    private void EmitBlock(Kernel kernel, int vectors, string first, string sum = "sum")
    {
        SourceWriter writer = kernel.Writer;
        for (int v = 0; v < vectors; v++)
            writer.Line($"var {sum}{v} = {Start(Plus(first, v * kernel.Lanes))};");

        if (Rows > 0)
        {
            writer.Blank();
            using (writer.Block($"for (nuint r = 0; r < {Rows}; r++)"))
            {
                writer.Line($"var value = {kernel.V}.Create(Add(ref {Input}, r));");
                string at = first == "0" ? "" : $" + {first}";
                writer.Line($"ref float row = ref Add(ref {Matrix}, r * {kernel.Plan.PaddedChannels}{at});");
                for (int v = 0; v < vectors && (long)Rows * kernel.Plan.PaddedChannels > DenseRows.ColdWeights && kernel.Lanes == 16; v++)
                    writer.Line($"Prefetch.ToSecondLevel(ref Add(ref row, {RowsAhead * kernel.Plan.PaddedChannels + v * kernel.Lanes}));");

                for (int v = 0; v < vectors; v++)
                    writer.Line($"{sum}{v} = {kernel.MultiplyAdd("value", kernel.Load("row", v * kernel.Lanes), $"{sum}{v}")};");
            }
        }

        writer.Blank();
        for (int v = 0; v < vectors; v++)
        {
            foreach (string line in Finish($"{sum}{v}", Plus(first, v * kernel.Lanes)))
                writer.Line(line);
        }
    }

    /// <summary>"c + 16", "16" or "c".</summary>
    private static string Plus(string first, int offset)
        => int.TryParse(first, out int number) ? Numbers.Text(number + offset) : offset == 0 ? first : $"{first} + {Numbers.Text(offset)}";
}
