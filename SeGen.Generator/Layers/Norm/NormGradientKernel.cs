using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Norm;

/// <summary>
/// The second half of the way back through a batch norm: dx = gamma rstd (g - mean(g) - xhat mean(g xhat)) (Ioffe and Szegedy 2015), which
/// for each channel is a g + b (x - mean) + c. A cut is a block.
/// </summary>
internal sealed record NormGradientKernel(Place In, Place Gradient, Target To) : KernelSpec
{
    public override string Name
        => $"NormGradient_{In.Text}" + (Gradient.Border != 0 ? $"_g{Numbers.Text(Gradient.Border)}" : "") + $"_{To.Text}";

    public override string Summary
        => $"inputGradient {(To.Adds ? "+=" : "=")} a * gradient + b * (input - mean) + c for each channel of {In.Shape}.";

    private PixelLoop Loop => new(("g", Gradient), ("x", In), ("to", To.Place));

    public override Signature Signature => Of(Read("gradient"), Read("input"), Read("slopes"), Write("inputGradient"), Loop.Size, Cut);

    public override void Emit(SourceWriter writer)
    {
        Loop.Constants(writer);
        EmitWidths(writer, width => Body(writer, new Lanes(width)));
    }

    private void Body(SourceWriter writer, Lanes lanes)
    {
        Loop.Blocks(writer, name => name switch { "g" => "AsRef(in gradient)", "x" => "AsRef(in input)", _ => "inputGradient" });
        PixelLoop.EachVector(writer, lanes, () =>
        {
            writer.Line("ref float of = ref Add(ref AsRef(in slopes), (nuint)cut * 16 + lane);");
            writer.Line($"var a = {lanes.Load("of")};");
            writer.Line($"var b = {lanes.Load("of", Numbers.Text(In.PaddedChannels))};");
            writer.Line($"var c = {lanes.Load("of", Numbers.Text(2 * In.PaddedChannels))};");
            writer.Line($"var mean = {lanes.Load("of", Numbers.Text(3 * In.PaddedChannels))};");
            Loop.Each(writer, ["g", "x", "to"], 1, (_, at) =>
                writer.Line(To.Store(
                    lanes, lanes.MultiplyAdd("a", lanes.Load("g", at), lanes.MultiplyAdd("b", $"({lanes.Load("x", at)} - mean)", "c")),
                    "to", at)));
        });
    }
}
