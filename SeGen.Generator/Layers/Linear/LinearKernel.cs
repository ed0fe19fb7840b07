using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Linear;

/// <summary>
/// y = act(W x + b); a cut is a few blocks of 16 outputs. The weights hold the biases, then for each block the 16 weights of every input
/// in the order in which the inputs lie in memory: flattening pixels costs nothing.
/// </summary>
internal sealed record LinearKernel(int Inputs, int Outputs, Activation Activation) : KernelSpec
{
    /// <summary>
    /// Quarters of the inputs that are read side by side: as many sums as keep the multipliers busy, and one stream of memory alone
    /// reaches but half the bandwidth of four (docs/performance.md).
    /// </summary>
    private const int Streams = 4;

    /// <summary>
    /// Weights that no cache of the core holds any more when the next image comes, and the most that are asked for ahead.
    /// </summary>
    private const int ColdWeights = 1 << 16, MostAhead = 1 << 16;

    /// <summary>The border around each block of the result, where a convolution reads it.</summary>
    public int Border { get; init; }

    private string At
        => Border == 0
            ? "block * 16 + lane"
            : $"block * {Numbers.Text(new Place(16, 1, 1, Border).Block)} + {Numbers.Text(new Place(16, 1, 1, Border).Inside)} + lane";

    /// <summary>Blocks of outputs in a cut: of small layers all, since handing one over costs more.</summary>
    public int BlocksOfCut => Math.Max(1, Math.Min(Blocks, 65_536 / Math.Max(1, Inputs * 16)));

    public int Blocks => (Outputs + 15) / 16;

    public int Cuts => (Blocks + BlocksOfCut - 1) / BlocksOfCut;

    /// <summary>How far ahead weights are asked for: those of the next block, or a page where there are too many of them.</summary>
    private int Ahead => Inputs * 16 <= MostAhead ? Inputs * 16 : 1024;

    public long WeightsLength => Blocks * 16L + Blocks * 16L * Inputs;

    public override string Name
        => $"Linear_{Numbers.Text(Inputs)}_{Numbers.Text(Outputs)}" + (Activation == Activation.Identity
            ? ""
            : $"_{Activation}") + (Border > 0 ? $"_b{Numbers.Text(Border)}" : "");

    public override string Summary
        => $"output = {(Activation == Activation.Identity ? "W input + b" : $"{Activation.ToString().ToLowerInvariant()}(W input + b)")}: {Numbers.Text(Inputs)} values to {Numbers.Text(Outputs)}.";

    public override Signature Signature => Of(Read("input"), Read("weights"), Write("output"), Cut);

    public override void Emit(SourceWriter writer) => EmitWidths(writer, width => Body(writer, width));

    private void Body(SourceWriter writer, VectorWidth? width)
    {
        int lanes = width?.Lanes ?? 1;
        string blocks = Numbers.Text(BlocksOfCut);
        writer.Line($"nuint firstBlock = (nuint)cut * {blocks}, lastBlock = nuint.Min(firstBlock + {blocks}, {Blocks});");
        using (writer.Block("for (nuint block = firstBlock; block < lastBlock; block++)"))
        using (writer.Block($"for (nuint lane = 0; lane < 16; lane += {lanes})"))
        {
            writer.Line($"ref float w = ref Add(ref AsRef(in weights), {Blocks * 16} + block * {16L * Inputs} + lane);");
            if (width is null)
            {
                writer.Line("float sum = Add(ref AsRef(in weights), block * 16 + lane);");
                using (writer.Block($"for (nuint i = 0; i < {Inputs}; i++)"))
                    writer.Line("sum += Add(ref AsRef(in input), i) * Add(ref w, i * 16);");

                writer.Blank();
                writer.Line($"Add(ref output, {At}) = {Activate(Activation, "sum")};");
                return;
            }

            writer.Line($"var sum0 = {width.Type}.LoadUnsafe(ref AsRef(in weights), block * 16 + lane);");
            writer.Line($"{width.Floats} sum1 = {width.Floats}.Zero, sum2 = sum1, sum3 = sum1;");
            int quarter = Inputs / Streams;
            using (writer.Block($"for (nuint i = 0; i < {quarter}; i++)"))
            {
                for (int s = 0; s < Streams && WeightsLength > ColdWeights; s++)
                    writer.Line($"Prefetch.ToSecondLevel(ref Add(ref w, i * 16 + {Ahead + s * quarter * 16}));");

                for (int s = 0; s < Streams; s++)
                {
                    string at = s == 0 ? "i" : $"i + {Numbers.Text(s * quarter)}";
                    writer.Line(
                        $"sum{s} = {width.Type}.{width.FusedMultiplyAdd}({width.Type}.Create(Add(ref AsRef(in input), {at})), "
                            + $"{width.Type}.LoadUnsafe(ref w, {(s == 0 ? "i * 16" : $"i * 16 + {Numbers.Text(s * quarter * 16)}")}), "
                            + $"sum{s});");
                }
            }

            writer.Blank();
            writer.Line($"{Activate(Activation, "((sum0 + sum1) + (sum2 + sum3))")}.StoreUnsafe(ref output, {At});");
        }
    }
}
