using System.Globalization;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// output[r] = matrix[r] . input over rows padded to whole vectors: as many rows at a time as a vector has lanes, each with its own
/// accumulator, so that the additions of one do not wait for each other; the sums are transposed into one vector.
/// </summary>
/// <param name="Rows">Rows of the matrix.</param>
/// <param name="Matrix">The variable at its start.</param>
/// <param name="Input">The variable at the input's start.</param>
/// <param name="Finish">Lines for the sums of a block: their variable, its vector type and the index of the first row.</param>
internal sealed record DenseRows(int Rows, string Matrix, string Input, Func<string, string, string, IEnumerable<string>> Finish)
{
    /// <summary>
    /// Weights that the second-level cache has lost when the gate's network runs again: rows are asked for while the ones before are read.
    /// </summary>
    public const int ColdWeights = 1 << 15;

    public void Emit(Kernel kernel)
    {
        int block = kernel.Lanes, whole = Rows / block, rest = Rows % block;
        if (whole == 1)
            EmitBlock(kernel, block, "0", "");
        else if (whole > 1)
        {
            using (kernel.Writer.Block($"for (nuint row = 0; row < {whole * block}; row += {block})"))
                EmitBlock(kernel, block, "row", "");
        }

        if (rest > 0)
        {
            if (whole > 0)
                kernel.Writer.Blank();

            EmitBlock(kernel, rest, Numbers.Text(whole * block), whole > 0 ? "Rest" : "");
        }
    }

    /// <summary>A block of rows; the suffix keeps the names of a second block apart.</summary>
    private void EmitBlock(Kernel kernel, int rows, string first, string suffix)
    {
        SourceWriter writer = kernel.Writer;
        int channels = kernel.Plan.PaddedChannels;
        string start = $"rows{suffix}";
        string offset = first == "row"
            ? $"row * {Numbers.Text(channels)}"
            : Numbers.Text(int.Parse(first, CultureInfo.InvariantCulture) * channels);
        writer.Line($"ref float {start} = ref Add(ref {Matrix}, {offset});");
        for (int r = 0; r < rows; r++)
            writer.Line($"var dot{suffix}{r} = {kernel.Width.Floats}.Zero;");

        writer.Blank();
        using (writer.Block($"for (nuint c = 0; c < {channels}; c += {kernel.Lanes})"))
        {
            writer.Line($"var value = {kernel.Load(Input, "c")};");
            for (int r = 0; r < rows && (long)Rows * channels > ColdWeights && kernel.Lanes == 16; r++)
                writer.Line($"Prefetch.ToSecondLevel(ref Add(ref {start}, c + {(r + rows) * channels}));");

            for (int r = 0; r < rows; r++)
                writer.Line($"dot{suffix}{r} = {kernel.MultiplyAdd("value", kernel.Load(start, r == 0 ? "c" : $"c + {Numbers.Text(r * channels)}"), $"dot{suffix}{r}")};");
        }

        writer.Blank();
        int wide = rows <= 4 ? 4 : rows <= 8 ? 8 : 16;
        string type = $"Vector{Numbers.Text(wide * 32)}";
        var sums = Enumerable.Range(0, wide).Select(r => r < rows ? $"dot{suffix}{r}" : $"{kernel.Width.Floats}.Zero");
        writer.Line($"var dots{suffix} = TransposedSum.Of({string.Join(", ", sums)});");
        foreach (string line in Finish($"dots{suffix}", type, first))
            writer.Line(line);
    }
}
