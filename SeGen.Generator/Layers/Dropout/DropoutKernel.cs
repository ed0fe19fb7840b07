using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Dropout;

/// <summary>
/// Dropout, forward and backward: output = input / (1 - p) where a value is kept, else 0 (Srivastava et al. 2014, scaled in training).
/// Which are kept is a hash of the key and the value's position, so nothing is stored, and no order of threads changes it. A cut is a
/// block.
/// </summary>
internal sealed record DropoutKernel(Place In, Place Out, double Probability, bool Adds) : KernelSpec
{
    private Target To => new(Out, Adds);

    public override string Name => $"Dropout_{In.Text}_{Numbers.Text(Threshold)}_{To.Text}";

    public override string Summary
        => $"output {(Adds ? "+=" : "=")} input / {Numbers.Text(1 - Probability)}, or 0 with a probability of "
            + $"{Numbers.Text(Probability)}, over {In.Shape}.";

    private PixelLoop Loop => new(("x", In), ("y", Out));

    /// <summary>Hashes below it are dropped.</summary>
    private long Threshold => (long)Math.Min(uint.MaxValue, Math.Round(Probability * 4294967296.0));

    public override Signature Signature => Of(Read("input"), new("key", Access.Value, "uint"), Write("output"), Loop.Size, Cut);

    public override void Emit(SourceWriter writer)
    {
        Loop.Constants(writer);
        EmitWidths(writer, width => Body(writer, new Lanes(width)));
    }

    private void Body(SourceWriter writer, Lanes lanes)
    {
        Loop.Blocks(writer, name => name == "x" ? "AsRef(in input)" : "output");
        string scale = $"(float)(1d / (1d - {Numbers.Text(Probability)}))";
        writer.Line($"var scale = {lanes.Create(scale)};");
        PixelLoop.EachVector(writer, lanes, () =>
        {
            // Positions count the pixels of a block, then its lanes, whatever border there is.
            writer.Line($"uint position = (uint)((nuint)cut * ({Loop.Pixels}) * 16 + lane);");
            Loop.Each(writer, ["x", "y"], 1, (_, at) =>
            {
                string kept = $"DropoutMask.Keeps{Bits(lanes.Width)}(position, key, {Numbers.Text(Threshold)})";
                writer.Line(To.Store(lanes, lanes.Select(kept, $"{lanes.Load("x", at)} * scale", lanes.Zero), "y", at));
                writer.Line("position += 16;");
            });
        });
    }
}
