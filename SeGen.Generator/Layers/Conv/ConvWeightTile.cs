using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>
/// Some inputs (or taps of a row) times one or two vectors of outputs, summed up in registers over the pixels of a chunk.
/// </summary>
internal sealed class ConvWeightTile(ConvWeightGradientKernel conv, Strides x, Strides g, VectorWidth? width, int vectors, int inputs)
{
    private readonly Lanes _lanes = new(width);

    private bool IsFixed => conv.In.IsFixed;

    public void Emit(SourceWriter writer)
    {
        string strides = IsFixed ? "" : $", nuint {x.Row}, nuint {g.Row}, nuint {g.Block}, nuint {g.Width}";
        writer.Blank();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Tile{_lanes.Bits}(ref float input, ref float gradient, ref float sums, nuint images, "
            + $"nuint rows, nuint stride{strides})"))
        {
            for (int i = 0; i < inputs; i++)
                writer.Line($"{_lanes.Type} {string.Join(", ", Enumerable.Range(0, vectors).Select(v => $"{Sum(i, v)} = {_lanes.Zero}"))};");

            if (IsShuffled)
            {
                for (int i = 0; i < inputs; i++)
                {
                    string indices = string.Join(
                        ", ", Enumerable.Range(0, _lanes.Count).Select(l => Numbers.Text(l / inputs * inputs + i)));
                    writer.Line($"var of{i} = {width!.Type}.Create({indices});");
                }
            }

            writer.Blank();
            using (writer.Block("for (nuint image = 0; image < images; image++)"))
            using (writer.Block("for (nuint row = 0; row < rows; row++)"))
            {
                writer.Line($"ref float xRow = ref Add(ref input, image * stride + row * {conv.Taps.Stride} * {x.Row});");
                writer.Line($"ref float gRow = ref Add(ref gradient, image * stride + row * {g.Row});");
                using (writer.Block($"for (nuint column = 0; column < {g.Width}; column++)"))
                    Pixel(writer);
            }

            writer.Blank();
            for (int i = 0; i < inputs; i++)
            {
                for (int v = 0; v < vectors; v++)
                {
                    string at = (i, v) switch { (0, 0) => "0", (_, 0) => Numbers.Text(i * 16), (0, _) => NextSums, _ => $"{NextSums} + {Numbers.Text(i * 16)}" };
                    writer.Line(_lanes.Store($"{_lanes.Load("sums", at)} + {Sum(i, v)}", "sums", at));
                }
            }
        }
    }

    /// <summary>Whether a vector of inputs holds several groups, each of which has its own outputs.</summary>
    private bool IsShuffled => conv.Form == ConvForm.Grouped && _lanes.Count >= inputs && _lanes.Count > 1;

    private string NextSums => _lanes.Count == 16 ? "BlockWeights" : _lanes.Text;

    private string NextGradient => _lanes.Count == 16 ? g.Block : _lanes.Text;

    private void Pixel(SourceWriter writer)
    {
        int step = conv.Taps.Stride * conv.In.Pixel;
        writer.Line($"var g0 = {_lanes.Load("gRow", "column * 16")};");
        if (vectors == 2)
            writer.Line($"var g1 = {_lanes.Load("gRow", $"{NextGradient} + column * 16")};");

        writer.Line($"ref float pixel = ref Add(ref xRow, column * {step});");
        if (IsShuffled)
            writer.Line($"var x = {_lanes.Load("pixel")};");

        for (int i = 0; i < inputs; i++)
        {
            string value = Value(i);
            if (vectors == 1)
                writer.Line($"{Sum(i, 0)} = {_lanes.MultiplyAdd(value, "g0", Sum(i, 0))};");
            else
                writer.Line($"var x{i} = {value}; {Sum(i, 0)} = {_lanes.MultiplyAdd($"x{i}", "g0", Sum(i, 0))}; {Sum(i, 1)} = "
                    + $"{_lanes.MultiplyAdd($"x{i}", "g1", Sum(i, 1))};");
        }
    }

    private string Value(int i)
    {
        if (IsShuffled)
            return $"{width!.Type}.Shuffle(x, of{i})";

        bool taps = conv.Form == ConvForm.Depthwise || conv.In.IsPlanar;
        string at = Numbers.Text(taps ? i * conv.Taps.Dilation * conv.In.Pixel : i);
        return conv.Form == ConvForm.Depthwise ? _lanes.Load("pixel", at) : _lanes.Create(at == "0" ? "pixel" : $"Add(ref pixel, {at})");
    }

    private static string Sum(int input, int vector) => vector == 0 ? $"a{input}" : $"b{input}";
}
