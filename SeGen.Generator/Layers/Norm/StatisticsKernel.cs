using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Norm;

/// <summary>
/// The mean of each channel of one image, and the sum of its squared distances from it: in two passes, since the difference of large sums
/// would lose what it is about. Images are put together by the batch norm (Chan, Golub and LeVeque, 1983). A cut is a block.
/// </summary>
internal sealed record StatisticsKernel(Place In) : KernelSpec
{
    private const int Streams = 4;

    public override string Name => $"Statistics_{In.Text}";

    public override string Summary
        => $"means = the mean of each channel of {In.Shape}, and behind them the sums of squared distances from it.";

    private PixelLoop Loop => new(("x", In));

    public override Signature Signature => Of(Read("input"), Write("means"), Loop.Size, Cut);

    public override void Emit(SourceWriter writer)
    {
        Loop.Constants(writer);
        EmitWidths(writer, width => Body(writer, new Lanes(width)));
    }

    private void Body(SourceWriter writer, Lanes lanes)
    {
        Loop.Blocks(writer, _ => "AsRef(in input)");
        PixelLoop.EachVector(writer, lanes, () =>
        {
            writer.Line($"{lanes.Type} {Sums("sum", lanes)};");
            using (writer.Block())
                Loop.Each(writer, ["x"], Streams, (u, at) => writer.Line($"sum{u} += {lanes.Load("x", at)};"));

            writer.Blank();
            writer.Line($"var mean = {Total("sum")} * {lanes.Create($"1f / ({Loop.Pixels})")};");
            writer.Line($"{lanes.Type} {Sums("square", lanes)};");
            using (writer.Block())
            {
                Loop.Each(writer, ["x"], Streams, (u, at) =>
                {
                    writer.Line($"var distance{u} = {lanes.Load("x", at)} - mean;");
                    writer.Line($"square{u} = {lanes.MultiplyAdd($"distance{u}", $"distance{u}", $"square{u}")};");
                });
            }

            writer.Blank();
            writer.Line(lanes.Store("mean", "means", "(nuint)cut * 16 + lane"));
            writer.Line(lanes.Store(Total("square"), "means", $"{Numbers.Text(In.PaddedChannels)} + (nuint)cut * 16 + lane"));
        });
    }

    private static string Sums(string name, Lanes lanes)
        => string.Join(", ", Enumerable.Range(0, Streams).Select(s => $"{name}{s} = {lanes.Zero}"));

    private static string Total(string name) => $"(({name}0 + {name}1) + ({name}2 + {name}3))";
}
