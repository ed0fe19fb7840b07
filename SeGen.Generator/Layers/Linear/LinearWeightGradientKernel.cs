using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Linear;

/// <summary>
/// dW[o, i] = the sum over the images of g[o] x[i], in the layout of <see cref="LinearKernel"/>'s weights. A cut is a block of 16 outputs
/// and some inputs: eight of them at a time in registers.
/// </summary>
internal sealed record LinearWeightGradientKernel(int Inputs, int Outputs) : KernelSpec
{
    private const int CutInputs = 1024, Together = 8;

    public override string Name => $"LinearWeights_{Numbers.Text(Inputs)}_{Numbers.Text(Outputs)}";

    public override string Summary
        => $"sums = the gradient of the weights of a dense layer, {Numbers.Text(Inputs)} values to {Numbers.Text(Outputs)}.";

    public int Blocks => (Outputs + 15) / 16;

    public int Cuts => Blocks * CutsOfBlock;

    public long SumsLength => Blocks * 16L * Inputs;

    private int CutsOfBlock => (Inputs + CutInputs - 1) / CutInputs;

    public override Signature Signature
        => Of(
            Read("input"), Read("gradient"), Write("sums"), new("stride", Access.Value, "nuint"), new("images", Access.Value, "nuint"),
            Cut);

    public override void Emit(SourceWriter writer) => EmitWidths(writer, width => Body(writer, new Lanes(width)));

    private void Body(SourceWriter writer, Lanes lanes)
    {
        string cuts = Numbers.Text(CutsOfBlock), inputs = Numbers.Text(Inputs), length = Numbers.Text(CutInputs);
        writer.Line($"nuint block = (nuint)cut / {cuts}, first = (nuint)cut % {cuts} * {length}, last = nuint.Min(first + {length}, "
            + $"{inputs});");
        writer.Line($"ref float to = ref Add(ref sums, block * {16L * Inputs});");
        using (writer.Block($"for (nuint lane = 0; lane < 16; lane += {lanes.Text})"))
        using (writer.Block($"for (nuint i = first; i < last; i += {Together})"))
        {
            writer.Line($"{lanes.Type} {string.Join(", ", Enumerable.Range(0, Together).Select(s => $"sum{s} = {lanes.Zero}"))};");
            using (writer.Block("for (nuint image = 0; image < images; image++)"))
            {
                writer.Line("ref float x = ref Add(ref AsRef(in input), image * stride + i);");
                writer.Line($"var g = {lanes.Load("AsRef(in gradient)", "image * stride + block * 16 + lane")};");
                for (int s = 0; s < Together; s++)
                    writer.Line($"sum{s} = {lanes.MultiplyAdd(lanes.Create(s == 0 ? "x" : $"Add(ref x, {s})"), "g", $"sum{s}")};");
            }

            writer.Blank();
            for (int s = 0; s < Together; s++)
                writer.Line(lanes.Store($"sum{s}", "to", s == 0 ? "i * 16 + lane" : $"i * 16 + lane + {Numbers.Text(16 * s)}"));
        }
    }
}
