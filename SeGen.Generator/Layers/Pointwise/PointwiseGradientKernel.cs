using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Pointwise;


/// <summary>
/// The first half of the way back through <see cref="PointwiseKernel"/>, output = act(u) with u = factors * norm(input) + residual: the
/// gradient of u, g = act'(u) * gradient; the residual's, which is g; and what must be known of all pixels before the rest: of a batch norm
/// the sums of g and of g * (input - mean), of a gate that of g * input. Without either, the input's gradient is g too. A cut is a block.
/// </summary>
/// <param name="In">The input.</param>
/// <param name="Out">The output, and what its gradient's place differs from it by its border.</param>
/// <param name="Gradient">The output's gradient; u's takes its place.</param>
/// <param name="HasFactors">Whether u has factors.</param>
/// <param name="HasNorm">Whether u has a batch norm.</param>
/// <param name="Residual">What was added, or null.</param>
/// <param name="Activation">Applied last.</param>
/// <param name="ToResidual">The residual's gradient, or null.</param>
/// <param name="ToInput">The input's gradient, or null where it comes later.</param>
internal sealed record PointwiseGradientKernel(
    Place In, Place Out, Place Gradient, bool HasFactors, bool HasNorm, Place? Residual, Activation Activation, Target? ToResidual,
    Target? ToInput) : KernelSpec
{
    /// <summary>Whether the sign of the activation's derivative can be told from what came out.</summary>
    public bool ReadsOutput => Activation is Activation.ReLU or Activation.ReLU6;

    /// <summary>Whether u is computed again.</summary>
    public bool ReadsSum => Activation is Activation.SiLU or Activation.HardSwish;

    public bool ReadsInput => ReadsSum || HasFactors || HasNorm;

    public bool ReadsResidual => ReadsSum && Residual is not null;

    public bool HasSums => HasFactors || HasNorm;

    private bool KeepsGradient => HasSums && Activation != Activation.Identity;

    public override string Name => "PointwiseGradient" + (HasNorm ? "_Norm" : "") + (HasFactors ? "_Gate" : "")
        + (Residual is null
            ? ""
            : $"_Add{(Residual.Border > 0 ? $"b{Numbers.Text(Residual.Border)}" : "")}") + (Activation == Activation.Identity
                ? ""
                : $"_{Activation}") + $"_{In.Text}"
        + (Out.Border != In.Border
            ? $"_b{Numbers.Text(Out.Border)}"
            : "") + (Gradient.Border != 0 ? $"_g{Numbers.Text(Gradient.Border)}" : "")
        + (ToInput is null ? "" : $"_{ToInput.Text}") + (ToResidual is null ? "" : $"_Residual{ToResidual.Text}");

    public override string Summary
    {
        get
        {
            string slope = Activation == Activation.Identity ? "" : $"gradient *= {Activation.ToString().ToLowerInvariant()}'; ";
            string sums = HasNorm
                ? "the sums of gradient and gradient * (input - mean)"
                : HasFactors ? "the sums of gradient * input" : "what the parts of the sum get of it";
            return $"{slope}{sums}, over {In.Shape}.";
        }
    }

    private PixelLoop Loop => new([.. Tensors()]);

    public override Signature Signature => Of(
        Write("gradient"), When(ReadsOutput, Read("output")), When(ReadsInput, Read("input")), When(ReadsResidual, Read("residual")),
        When(HasNorm && ReadsSum, Read("affine")), When(HasNorm, Read("means")), When(HasFactors && ReadsSum, Read("factors")),
        When(ToResidual is not null, Write("residualGradient")), When(ToInput is not null, Write("inputGradient")),
        When(HasSums, Write("sums")), Loop.Size, Cut);

    public override void Emit(SourceWriter writer)
    {
        PixelLoop loop = Loop;
        loop.Constants(writer);
        EmitWidths(writer, width => Body(writer, loop, new Lanes(width)));
    }

    private void Body(SourceWriter writer, PixelLoop loop, Lanes lanes)
    {
        loop.Blocks(writer, name => name switch
        {
            "y" => "AsRef(in output)",
            "x" => "AsRef(in input)",
            "added" => "AsRef(in residual)",
            "toAdded" => "residualGradient",
            "toX" => "inputGradient",
            _ => "gradient",
        });
        PixelLoop.EachVector(writer, lanes, () =>
        {
            writer.Line("nuint channel = (nuint)cut * 16 + lane;");
            string padded = Numbers.Text(In.PaddedChannels);
            if (HasNorm && ReadsSum)
            {
                writer.Line($"var scale = {lanes.Load("AsRef(in affine)", "channel")};");
                writer.Line($"var shift = {lanes.Load("AsRef(in affine)", $"{padded} + channel")};");
            }

            if (HasNorm)
                writer.Line($"var mean = {lanes.Load("AsRef(in means)", "channel")};");

            if (HasFactors && ReadsSum)
                writer.Line($"var factor = {lanes.Load("AsRef(in factors)", "channel")};");

            if (HasNorm)
                writer.Line($"{lanes.Type} sum0 = {lanes.Zero}, sum1 = {lanes.Zero};");

            if (HasSums)
                writer.Line($"{lanes.Type} product0 = {lanes.Zero}, product1 = {lanes.Zero};");

            loop.Each(writer, [.. Tensors().Select(t => t.Name)], HasSums ? 2 : 1, (u, at) => Pixel(writer, lanes, u, at));
            if (!HasSums)
                return;

            writer.Blank();
            if (HasNorm)
            {
                writer.Line(lanes.Store("sum0 + sum1", "sums", "channel"));
                writer.Line(lanes.Store("product0 + product1", "sums", $"{padded} + channel"));
            }
            else
                writer.Line(lanes.Store("product0 + product1", "sums", "channel"));
        });
    }

    private void Pixel(SourceWriter writer, Lanes lanes, int u, string at)
    {
        writer.Line($"var g{u} = {lanes.Load("g", at)};");
        if (ReadsInput)
            writer.Line($"var x{u} = {lanes.Load("x", at)};");

        if (ReadsOutput)
            writer.Line($"g{u} = Activations.{Activation}Gradient(g{u}, {lanes.Load("y", at)});");
        else if (ReadsSum)
        {
            string sum = HasNorm ? $"x{u} * scale + shift" : HasFactors ? $"factor * x{u}" : $"x{u}";
            writer.Line($"g{u} = Activations.{Activation}Gradient(g{u}, "
                + $"{sum}{(Residual is null ? "" : $" + {lanes.Load("added", at)}")});");
        }

        if (KeepsGradient)
            writer.Line(lanes.Store($"g{u}", "g", at));

        if (ToResidual is not null)
            writer.Line(ToResidual.Store(lanes, $"g{u}", "toAdded", at));

        if (ToInput is not null)
            writer.Line(ToInput.Store(lanes, $"g{u}", "toX", at));

        if (HasNorm)
        {
            writer.Line($"sum{u} += g{u};");
            writer.Line($"product{u} = {lanes.MultiplyAdd($"g{u}", $"(x{u} - mean)", $"product{u}")};");
        }
        else if (HasFactors)
            writer.Line($"product{u} = {lanes.MultiplyAdd($"g{u}", $"x{u}", $"product{u}")};");
    }

    private IEnumerable<(string Name, Place Place)> Tensors()
    {
        yield return ("g", Gradient);
        if (ReadsOutput)
            yield return ("y", Out);

        if (ReadsInput)
            yield return ("x", In);

        if (ReadsResidual)
            yield return ("added", Residual!);

        if (ToResidual is not null)
            yield return ("toAdded", ToResidual.Place);

        if (ToInput is not null)
            yield return ("toX", ToInput.Place);
    }
}
