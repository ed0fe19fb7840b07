using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Conv;

/// <summary>The sum over the pixels of each channel of one image: what a bias gets of a gradient. A cut is a block.</summary>
internal sealed record ChannelSumKernel(Place In) : KernelSpec
{
    public override string Name => $"ChannelSum_{In.Text}";

    public override string Summary => $"sums = the sum of each channel of {In.Shape}.";

    private PixelLoop Loop => new(("x", In));

    public override Signature Signature => Of(Read("input"), Write("sums"), Loop.Size, Cut);

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
            writer.Line($"{lanes.Type} sum0 = {lanes.Zero}, sum1 = {lanes.Zero};");
            Loop.Each(writer, ["x"], 2, (u, at) => writer.Line($"sum{u} += {lanes.Load("x", at)};"));
            writer.Blank();
            writer.Line(lanes.Store("sum0 + sum1", "sums", "(nuint)cut * 16 + lane"));
        });
    }
}
