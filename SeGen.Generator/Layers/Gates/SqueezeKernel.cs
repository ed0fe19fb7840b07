using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Gates;

/// <summary>
/// One value for each channel: the mean over its pixels, its sum / (H + W), its maximum, or half of each; for training perhaps the maximum
/// too. A cut is a block.
/// </summary>
internal sealed record SqueezeKernel(Place In, Squeeze Squeeze, bool KeepsMaximum = false) : KernelSpec
{
    /// <summary>The border around each block of the result, where a convolution reads it.</summary>
    public int Border { get; init; }

    private string At
        => Border == 0
            ? "(nuint)cut * 16 + lane"
            : $"(nuint)cut * {Numbers.Text(new Place(16, 1, 1, Border).Block)} + {Numbers.Text(new Place(16, 1, 1, Border).Inside)} + lane";

    private bool HasSum => Squeeze != Squeeze.Max;

    private bool HasMaximum => Squeeze is Squeeze.Max or Squeeze.MeanMaxAverage;

    public override string Name
        => $"Squeeze{Squeeze}{(KeepsMaximum ? "_Max" : "")}_{In.Text}{(Border > 0 ? $"_b{Numbers.Text(Border)}" : "")}";

    public override string Summary => Squeeze switch
    {
        Squeeze.Mean => $"squeezed = the mean of each channel of {In.Shape}.",
        Squeeze.SumOverHPlusW => $"squeezed = the sum of each channel of {In.Shape}, divided by H + W.",
        Squeeze.Max => $"squeezed = the maximum of each channel of {In.Shape}.",
        _ => $"squeezed = half the mean plus half the maximum of each channel of {In.Shape}.",
    };

    /// <summary>What a sum is multiplied by.</summary>
    public static string Share(Squeeze squeeze, string height, string width) => squeeze switch
    {
        Squeeze.SumOverHPlusW => $"1f / ({height} + {width})",
        Squeeze.MeanMaxAverage => $"0.5f / ({height} * {width})",
        _ => $"1f / ({height} * {width})",
    };

    public override Signature Signature
        => Of([Read("input"), Write("squeezed"), When(KeepsMaximum, Write("maxima")), .. new Strides("In", In).Parameters, Cut]);

    public override void Emit(SourceWriter writer)
    {
        var from = new Strides("In", In);
        from.Constants(writer);
        writer.Blank();
        EmitWidths(writer, width => Body(writer, width, from));
    }

    private void Body(SourceWriter writer, VectorWidth? width, Strides from)
    {
        from.Locals(writer);
        writer.Line($"ref float x = ref Add(ref AsRef(in input), {from.FirstPlus}(nuint)cut * {from.Block});");
        if (HasSum)
            writer.Line($"{(In.IsFixed ? "const float Share" : "float share")} = {Share(Squeeze, from.Height, from.Width)};");

        using (writer.Block($"for (nuint lane = 0; lane < 16; lane += {width?.Lanes ?? 1})"))
        {
            string type = width is null ? "float" : "var", zero = width is null ? "0f" : $"{width.Floats}.Zero";
            if (HasSum)
                writer.Line(width is null ? "float sum0 = 0f, sum1 = 0f;" : $"{width.Floats} sum0 = {zero}, sum1 = {zero};");

            if (HasMaximum)
                writer.Line($"{type} maximum = {(width is null ? "float.NegativeInfinity" : $"{width.Type}.Create(float.NegativeInfinity)")};");

            using (writer.Block($"for (nuint row = 0; row < {from.Height}; row++)"))
            {
                writer.Line($"ref float pixel = ref Add(ref x, row * {from.Row} + lane);");
                writer.Line("nuint column = 0;");
                using (writer.Block($"for (; column + 2 <= {from.Width}; column += 2)"))
                {
                    Take(writer, width, "sum0", "column * 16");
                    Take(writer, width, "sum1", "column * 16 + 16");
                }

                writer.Blank();
                using (writer.Block($"if (column < {from.Width})"))
                    Take(writer, width, "sum0", "column * 16");
            }

            writer.Blank();
            string share = In.IsFixed ? "Share" : "share";
            string value = (HasSum, HasMaximum) switch
            {
                (true, false) => $"(sum0 + sum1) * {share}",
                (false, true) => "maximum",
                _ => $"(sum0 + sum1) * {share} + maximum * 0.5f",
            };
            writer.Line(width is null ? $"Add(ref squeezed, {At}) = {value};" : $"({value}).StoreUnsafe(ref squeezed, {At});");
            if (KeepsMaximum)
                writer.Line(new Lanes(width).Store("maximum", "maxima", "(nuint)cut * 16 + lane"));
        }
    }

    private void Take(SourceWriter writer, VectorWidth? width, string sum, string at)
    {
        string load = width is null ? $"Add(ref pixel, {at})" : $"{width.Type}.LoadUnsafe(ref pixel, {at})";
        if (HasSum)
            writer.Line($"{sum} += {load};");

        if (HasMaximum)
            writer.Line($"maximum = {(width is null ? "MathF" : width.Type)}.Max(maximum, {load});");
    }
}

/// <summary>The sums that a convolution left for each band of rows, added up in their order and divided.</summary>
internal sealed record SumKernel(int PaddedChannels, int Bands, int Height, int Width, Squeeze Squeeze) : KernelSpec
{
    private bool IsFixed => Height > 0;

    public override string Name
        => $"Sum{Squeeze}_{Numbers.Text(PaddedChannels)}{(IsFixed ? $"_{Numbers.Text(Bands)}bands_{Numbers.Text(Height)}x{Numbers.Text(Width)}" : "")}";

    public override string Summary => "squeezed = the sums of all bands, as the convolution left them, divided.";

    public override Signature Signature => Of(Read("sums"), Write("squeezed"), When(!IsFixed, new("size", Access.Value, "MapSize")));

    public override void Emit(SourceWriter writer)
    {
        using (writer.Block($"public static void Run({Signature.Declared})"))
        {
            if (!IsFixed)
                writer.Line($"nuint bands = (size.Height + {ConvKernel.DynamicRows - 1}) / {ConvKernel.DynamicRows};");

            writer.Line($"{(IsFixed ? "const float" : "float")} share = "
                + $"{SqueezeKernel.Share(Squeeze, IsFixed ? $"{Numbers.Text(Height)}f" : "(float)size.Height", IsFixed ? $"{Numbers.Text(Width)}f" : "(float)size.Width")};");
            using (writer.Block($"for (nuint c = 0; c < {PaddedChannels}; c++)"))
            {
                writer.Line("float sum = 0f;");
                using (writer.Block($"for (nuint band = 0; band < {(IsFixed ? Numbers.Text(Bands) : "bands")}; band++)"))
                    writer.Line($"sum += Add(ref AsRef(in sums), band * {PaddedChannels} + c);");

                writer.Blank();
                writer.Line("Add(ref squeezed, c) = sum * share;");
            }
        }
    }
}
