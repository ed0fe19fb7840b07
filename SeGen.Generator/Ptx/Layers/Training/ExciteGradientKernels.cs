using SeGen.Generator.Model;

namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>The way back through the dense layers of a gate.</summary>
internal static class ExciteGradientKernels
{
    /// <summary>dt = ds gate'(t), with ds the sums of g x of each chunk, in their order.</summary>
    public static string Inputs(Gate gate) => ParameterKernels.Each(
        $"gate_inputs{ExciteKernels.Suffix(gate)}", "count", ["products", "inputs", "gates", "dt"],
        ["parts", .. LayerContext.Divisor("channels")], (context, index) =>
        {
            PtxWriter writer = context.Writer;
            (string image, string channel) = context.Divide(index, "channels", "image", "channel");
            string sum = writer.Real(
                "mov.f32", "sum",
                PtxWriter.Constant(0f)), first = writer.Integer("mul.lo.u32", "firstPart", image, context.Number("parts"));
            writer.Loop("p", writer.Integer("mov.u32", "zero", "0"), context.Number("parts"), "1", part =>
            {
                string at = writer.Integer(
                    "mad.lo.u32", "at", writer.Integer("add.u32", "partOfAll", first, part), context.Number("channels"), channel);
                writer.Line($"add.rn.f32 {sum}, {sum}, {writer.Real("ld.global.nc.f32", "product", $"[{context.At("products", at)}]")}");
            });
            string slope = gate == Gate.Sigmoid
                ? writer.SigmoidSlope(writer.Real("ld.global.nc.f32", "gate", $"[{context.At("gates", index)}]"))
                : writer.HardSigmoidSlope(writer.Real("ld.global.nc.f32", "input", $"[{context.At("inputs", index)}]"));
            writer.Line($"st.global.f32 [{context.At("dt", index)}], {writer.Real("mul.rn.f32", "change", sum, slope)}");
        });

    /// <summary>da = (W2^T dt) act'(a): a thread for a hidden value of an image.</summary>
    public static string Hidden(Activation activation) => ParameterKernels.Each(
        $"gate_hidden{ExciteKernels.Suffix(activation)}", "count", ["dt", "weights", "preactivation", "da"],
        [.. LayerContext.Divisor("rows"), "channels"], (context, index) =>
        {
            PtxWriter writer = context.Writer;
            (string image, string row) = context.Divide(index, "rows", "image", "row");
            string first = writer.Integer("mul.lo.u32", "first", image, context.Number("channels"));
            string sum = context.Dot(
                "c", writer.Integer("mov.u32", "zero", "0"), "channels", 1,
                channel => writer.Integer("mad.lo.u32", "weightAt", channel, context.Number("rows"), row),
                channel => context.Load("dt", writer.Integer("add.u32", "changeAt", first, channel)));
            string slope = writer.ActivationSlope(
                activation, writer.Real("ld.global.nc.f32", "preactivation", $"[{context.At("preactivation", index)}]"));
            writer.Line($"st.global.f32 [{context.At("da", index)}], {writer.Real("mul.rn.f32", "ofHidden", sum, slope)}");
        });

    /// <summary>dz = W1^T da, and what each pixel and each of the largest ones has of it: a thread for a channel of an image.</summary>
    public static string Squeezed() => ParameterKernels.Each(
        "gate_squeezed", "count", ["da", "weights", "ties", "ofPixel", "ofMaximum"],
        [.. LayerContext.Divisor("channels"), "rows", "f32 share", "f32 part"], (context, index) =>
        {
            PtxWriter writer = context.Writer;
            string isPixel = context.IsGiven("ofPixel"), isMaximum =
                context.IsGiven("ofMaximum"), share = context.Real("share"), part = context.Real("part");
            (string image, string channel) = context.Divide(index, "channels", "image", "channel");
            string first = writer.Integer("mul.lo.u32", "first", image, context.Number("rows"));
            string sum = context.Dot(
                "r", writer.Integer("mov.u32", "zero", "0"), "rows", 1,
                row => writer.Integer("mad.lo.u32", "weightAt", row, context.Number("channels"), channel),
                row => context.Load("da", writer.Integer("add.u32", "changeAt", first, row)));
            writer.Line($"mul.rn.f32 {sum}, {sum}, {part}");
            writer.Line($"@{isPixel} st.global.f32 [{context.At("ofPixel", index)}], {writer.Real("mul.rn.f32", "shared", sum, share)}");
            context.Only(isMaximum, "no_maximum", () => writer.Line(
                $"st.global.f32 [{context.At("ofMaximum", index)}], "
                    + $"{writer.Real("div.rn.f32", "ofEach", sum, writer.Real("ld.global.nc.f32", "ties", $"[{context.At("ties", index)}]"))}"));
        });
}
