using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Gates;

/// <summary>
/// The second half of the way back through a gate: dx = factor * g, plus what comes back through the squeeze: an equal share for every
/// pixel of the mean's, and the maximum's for the pixels that tie for it. A cut is a block.
/// </summary>
/// <param name="In">The gate's input; read for the maximum alone.</param>
/// <param name="Gradient">The gradient of what was scaled.</param>
/// <param name="HasMean">Whether the squeeze has a mean.</param>
/// <param name="HasMaximum">Whether the squeeze has a maximum.</param>
/// <param name="To">The input's gradient.</param>
internal sealed record GateGradientKernel(Place In, Place Gradient, bool HasMean, bool HasMaximum, Target To) : KernelSpec
{
    public override string Name
        => $"GateGradient{(HasMean ? "_Mean" : "")}{(HasMaximum ? "_Max" : "")}_{In.Text}" + (Gradient.Border != 0
            ? $"_g{Numbers.Text(Gradient.Border)}"
            : "") + $"_{To.Text}";

    public override string Summary
        => $"inputGradient {(To.Adds ? "+=" : "=")} factors * "
            + $"gradient{(HasMean ? " + shares" : "")}{(HasMaximum ? " + ties where the input is its channel's maximum" : "")} over "
            + $"{In.Shape}.";

    private PixelLoop Loop => new([.. Tensors()]);

    public override Signature Signature => Of(
        Read("gradient"), When(HasMaximum, Read("input")), Read("factors"), When(HasMean, Read("shares")),
        When(HasMaximum, Read("maxima")), When(HasMaximum, Read("ties")),
        Write("inputGradient"), Loop.Size, Cut);

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
            writer.Line("nuint channel = (nuint)cut * 16 + lane;");
            writer.Line($"var factor = {lanes.Load("AsRef(in factors)", "channel")};");
            if (HasMean)
                writer.Line($"var share = {lanes.Load("AsRef(in shares)", "channel")};");

            if (HasMaximum)
            {
                writer.Line($"var maximum = {lanes.Load("AsRef(in maxima)", "channel")};");
                writer.Line($"var tie = {lanes.Load("AsRef(in ties)", "channel")};");
            }

            Loop.Each(writer, [.. Tensors().Select(t => t.Name)], 1, (_, at) =>
            {
                string value = HasMean ? lanes.MultiplyAdd("factor", lanes.Load("g", at), "share") : $"factor * {lanes.Load("g", at)}";
                if (HasMaximum)
                    value += $" + {lanes.Select(lanes.Equal(lanes.Load("x", at), "maximum"), "tie", lanes.Zero)}";

                writer.Line(To.Store(lanes, value, "to", at));
            });
        });
    }

    private IEnumerable<(string Name, Place Place)> Tensors()
    {
        yield return ("g", Gradient);
        if (HasMaximum)
            yield return ("x", In);

        yield return ("to", To.Place);
    }
}

/// <summary>How many pixels of each channel tie for its maximum: they share its gradient, as PyTorch's amax. A cut is a block.</summary>
internal sealed record TiesKernel(Place In) : KernelSpec
{
    public override string Name => $"Ties_{In.Text}";

    public override string Summary => $"ties = the number of pixels of each channel of {In.Shape} that are its maximum.";

    private PixelLoop Loop => new(("x", In));

    public override Signature Signature => Of(Read("input"), Read("maxima"), Write("ties"), Loop.Size, Cut);

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
            writer.Line($"var maximum = {lanes.Load("AsRef(in maxima)", "(nuint)cut * 16 + lane")};");
            writer.Line($"var count = {lanes.Zero};");
            Loop.Each(
                writer, ["x"], 1,
                (_, at) => writer.Line(
                    $"count += {lanes.Select(lanes.Equal(lanes.Load("x", at), "maximum"), lanes.Create("1f"), lanes.Zero)};"));
            writer.Blank();
            writer.Line(lanes.Store("count", "ties", "(nuint)cut * 16 + lane"));
        });
    }
}
