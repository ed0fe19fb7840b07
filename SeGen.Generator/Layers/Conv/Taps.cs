using SeGen.Generator.Ir;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>Which pixels of its input a convolution reads for a pixel of its output.</summary>
/// <param name="Rows">Rows of taps.</param>
/// <param name="Columns">Columns of taps.</param>
/// <param name="Top">Rows from the output's place in the input down to the first tap: minus the padding.</param>
/// <param name="Left">Columns likewise.</param>
/// <param name="Stride">Pixels of the input for one of the output.</param>
/// <param name="Dilation">Pixels from one tap to the next.</param>
internal sealed record Taps(int Rows, int Columns, int Top, int Left, int Stride = 1, int Dilation = 1)
{
    public int Count => Rows * Columns;

    /// <summary>"3x3S2": all of it, short for what is usual.</summary>
    public string Text
    {
        get
        {
            string padding = Rows != Columns || Top != Left
                ? $"P{Signed(-Top)}_{Signed(-Left)}"
                : -Top != (Rows - 1) / 2 ? $"P{Signed(-Top)}" : "";
            return $"{Numbers.Text(Rows)}x{Numbers.Text(Columns)}" + (Stride > 1
                ? $"S{Numbers.Text(Stride)}"
                : "") + padding + (Dilation > 1 ? $"D{Numbers.Text(Dilation)}" : "");
        }
    }

    public static Taps Of(Window window)
        => new(window.Kernel, window.Kernel, -window.Padding, -window.Padding, window.Stride, window.Dilation);

    private static string Signed(int number) => number < 0 ? $"m{Numbers.Text(-number)}" : Numbers.Text(number);
}
