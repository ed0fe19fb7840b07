using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Pointwise;

/// <summary>output = act(factors * (input * scale + shift) + residual), each part where there is one; a cut is a block.</summary>
internal sealed record PointwiseKernel(
    Place In, Place Out, bool HasFactors, bool HasNorm, Place? Residual, Activation Activation) : KernelSpec
{
    public override string Name
        => "Pointwise" + (HasNorm
            ? "_Norm"
            : "") + (HasFactors
                ? "_Gate"
                : "") + (Residual is null ? "" : $"_Add{(Residual.Border > 0 ? $"b{Numbers.Text(Residual.Border)}" : "")}")
        + (Activation == Activation.Identity
            ? ""
            : $"_{Activation}") + $"_{In.Text}" + (Out.Border != In.Border ? $"_b{Numbers.Text(Out.Border)}" : "");

    public override string Summary
    {
        get
        {
            string value = (HasFactors
                ? "factors * "
                : "") + (HasNorm ? "(input * scale + shift)" : "input") + (Residual is null ? "" : " + residual");
            return $"output = {(Activation == Activation.Identity ? value : $"{Activation.ToString().ToLowerInvariant()}({value})")} "
                + $"over {In.Shape}.";
        }
    }

    public override Signature Signature => Of(
        [Read("input"), When(HasNorm, Read("weights")), When(HasFactors, Read("factors")), When(Residual is not null, Read("residual")),
            Write("output"), .. new Strides("Out", Out).Parameters, Cut]);

    public override void Emit(SourceWriter writer)
    {
        Strides from = new("In", In), to = new("Out", Out);
        Strides? also = Residual is null ? null : new Strides("Add", Residual);
        from.Constants(writer);
        to.Constants(writer);
        also?.Constants(writer);
        writer.Blank();
        EmitWidths(writer, width => Body(writer, width, from, to, also));
    }

    private void Body(SourceWriter writer, VectorWidth? width, Strides from, Strides to, Strides? also)
    {
        from.LocalsFrom(writer, "outSize");
        to.Locals(writer);
        also?.LocalsFrom(writer, "outSize");
        int lanes = width?.Lanes ?? 1;
        string load(string start, string at)
            => width is null ? $"Add(ref AsRef(in {start}), {at})" : $"{width.Type}.LoadUnsafe(ref AsRef(in {start}), {at})";
        using (writer.Block($"for (nuint lane = 0; lane < 16; lane += {lanes})"))
        {
            writer.Line("nuint channel = (nuint)cut * 16 + lane;");
            if (HasNorm)
            {
                writer.Line($"var scale = {load("weights", "channel")};");
                writer.Line($"var shift = {load("weights", $"{Numbers.Text(In.PaddedChannels)} + channel")};");
            }

            if (HasFactors)
                writer.Line($"var factor = {load("factors", "channel")};");

            using (writer.Block($"for (nuint row = 0; row < {to.Height}; row++)"))
            {
                writer.Line($"ref float x = ref Add(ref AsRef(in input), (nuint)cut * {from.Block} + {from.FirstPlus}row * {from.Row} + "
                    + $"lane);");
                if (also is not null)
                    writer.Line(
                        $"ref float added = ref Add(ref AsRef(in residual), (nuint)cut * {also.Block} + {also.FirstPlus}row * {also.Row} "
                            + $"+ lane);");

                writer.Line($"ref float y = ref Add(ref output, (nuint)cut * {to.Block} + {to.FirstPlus}row * {to.Row} + lane);");
                using (writer.Block($"for (nuint column = 0; column < {to.Width}; column++)"))
                {
                    string value(string start)
                        => width is null ? $"Add(ref {start}, column * 16)" : $"{width.Type}.LoadUnsafe(ref {start}, column * 16)";
                    string result = HasNorm ? $"{value("x")} * scale + shift" : value("x");
                    if (HasFactors)
                        result = HasNorm ? $"factor * ({result})" : $"factor * {result}";

                    if (also is not null)
                        result += $" + {value("added")}";

                    result = Activate(Activation, result);
                    writer.Line(width is null ? $"Add(ref y, column * 16) = {result};" : $"({result}).StoreUnsafe(ref y, column * 16);");
                }
            }
        }
    }
}
