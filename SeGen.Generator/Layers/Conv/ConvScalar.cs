using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>A row of a convolution without vectors: the textbook's loops over the same layout.</summary>
internal static class ConvScalar
{
    public static void Emit(SourceWriter writer, ConvKernel conv, Strides from, Strides to, Strides? residual)
    {
        int outputs = 16 * conv.BlocksTogether;
        string dilation = conv.Taps.Dilation == 1 ? "" : $" * {Numbers.Text(conv.Taps.Dilation)}";
        string pixel = Numbers.Text(conv.In.Pixel), step = Numbers.Text(conv.Out.Step);
        using (writer.Block($"for (nuint column = 0; column < {to.Width}; column++)"))
        using (writer.Block($"for (nuint o = 0; o < {outputs}; o++)"))
        {
            writer.Line($"nuint at = o / 16 * {to.Block} + column * {step} + o % 16;");
            writer.Line("ref float tap = ref Add(ref w, o / 16 * BlockWeights + o % 16);");
            writer.Line("float sum = Add(ref bias, o);");
            string inputs = Numbers.Text(
                conv.Form switch { ConvForm.Dense => conv.In.IsPlanar ? 1 : 16, ConvForm.Grouped => conv.GroupInputs, _ => 1 });
            string lane = conv.Form switch
            {
                ConvForm.Dense => "i",
                ConvForm.Grouped => $"o / {Numbers.Text(conv.GroupInputs)} * "
                + $"{Numbers.Text(conv.GroupInputs)} + i",
                _ => "o"
            };
            using (writer.Block($"for (nuint b = 0; b < {(conv.Form == ConvForm.Dense ? conv.GroupInputs : 1)}; b++)"))
            using (writer.Block($"for (nuint ky = 0; ky < {conv.Taps.Rows}; ky++)"))
            using (writer.Block($"for (nuint kx = 0; kx < {conv.Taps.Columns}; kx++)"))
            using (writer.Block($"for (nuint i = 0; i < {inputs}; i++)"))
            {
                writer.Line($"sum += tap * {(conv.HasFactors ? "Add(ref AsRef(in factors), b * 16 + i) * " : "")}Add(ref from, b * "
                    + $"{from.Block} + ky{dilation} * {from.Row} + (column * {conv.Taps.Stride} + kx{dilation}) * {pixel} + {lane});");
                writer.Line("tap = ref Add(ref tap, 16);");
            }

            writer.Blank();
            if (residual is not null)
                writer.Line($"sum += Add(ref also, o / 16 * {residual.Block} + column * {step} + o % 16);");

            if (conv.Activation != Activation.Identity)
                writer.Line($"sum = Activations.{conv.Activation}(sum);");

            writer.Line("Add(ref to, at) = sum;");
            if (conv.HasSums)
                writer.Line("Add(ref total, o) += sum;");
        }
    }
}
