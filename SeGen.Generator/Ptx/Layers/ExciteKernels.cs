using SeGen.Generator.Model;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// The dense layers of a gate (Hu et al. 2018, equation 3), in two kernels, so that many blocks share the weights of one image: a warp has
/// a row of either.
/// </summary>
internal static class ExciteKernels
{
    public const int Threads = 256;

    private const int Lanes = 32, Warps = Threads / Lanes;

    /// <summary>a = act(W1 z + b1), with z from the chunks' sums and maxima: their mean where both are given.</summary>
    public static string Reduce(Activation activation) => LayerContext.Kernel(
        $"reduce{Suffix(activation)}", Threads, ["sums", "maxima", "weights", "bias", "squeezed", "largest", "preactivation", "hidden"],
        ["parts", "channels", "rows", "f32 share"], context =>
        {
            PtxWriter writer = context.Writer;
            string image = context.Block("y", "image"), end = writer.Label("end"), z = writer.Integer(
                "mov.u32", "z", writer.DynamicShared("squeezed_of_image"));
            string hasSums = context.IsGiven("sums"), hasMaxima = context.IsGiven("maxima"), isKept =
                context.IsGiven("squeezed"), keepsLargest = context.IsGiven("largest"), isTrained = context.IsGiven("preactivation");
            string hasBias = context.IsGiven("bias"), share = context.Real("share");
            string isFirst = writer.Compare("eq.u32", "isFirst", context.Block("x", "blockOfImage"), "0");
            writer.Line($"and.pred {isKept}, {isKept}, {isFirst}");
            writer.Line($"and.pred {keepsLargest}, {keepsLargest}, {isFirst}");
            context.Know("parts", "channels", "rows");
            writer.Phase("z: the chunks of each channel, in their order.");
            writer.Loop("c", context.Thread.Number, context.Number("channels"), LayerContext.Text(Threads), channel =>
            {
                string sum = writer.Real(
                    "mov.f32", "sum",
                    PtxWriter.Constant(0f)), largest = writer.Real("mov.f32", "largest", PtxWriter.Constant(float.NegativeInfinity));
                string first = writer.Integer("mul.lo.u32", "firstPart", image, context.Number("parts"));
                writer.Loop("p", writer.Integer("mov.u32", "none", "0"), context.Number("parts"), "1", part =>
                {
                    string at = writer.Integer(
                        "mad.lo.u32", "partAt", writer.Integer("add.u32", "partOfAll", first, part), context.Number("channels"), channel);
                    string ofPart = writer.Real(
                        "mov.f32", "ofPart",
                        PtxWriter.Constant(0f)), most = writer.Real("mov.f32", "most", PtxWriter.Constant(float.NegativeInfinity));
                    writer.Line($"@{hasSums} ld.global.nc.f32 {ofPart}, [{context.At("sums", at)}]");
                    writer.Line($"@{hasMaxima} ld.global.nc.f32 {most}, [{context.At("maxima", at)}]");
                    writer.Line($"add.rn.f32 {sum}, {sum}, {ofPart}");
                    writer.RaiseTo(largest, most, guard: "");
                });
                string mean = writer.Real("mul.rn.f32", "mean", sum, share), both = writer.Real("add.rn.f32", "both", mean, largest);
                string average = writer.Real("mul.rn.f32", "average", both, PtxWriter.Constant(0.5f));
                string one = writer.Real("selp.f32", "one", mean, largest, hasSums), isBoth = writer.Predicate("isBoth");
                writer.Line($"and.pred {isBoth}, {hasSums}, {hasMaxima}");
                string squeezed = writer.Real("selp.f32", "squeezed", average, one, isBoth);
                writer.Line($"st.shared.f32 [{writer.Integer("mad.lo.u32", "to", channel, "4", z)}], {squeezed}");
                string kept = writer.Integer("mad.lo.u32", "keptAt", image, context.Number("channels"), channel);
                writer.Line($"@{isKept} st.global.f32 [{context.At("squeezed", kept)}], {squeezed}");
                writer.Line($"@{keepsLargest} st.global.f32 [{context.At("largest", kept)}], {largest}");
            });
            writer.Line("bar.sync 0");

            writer.Phase("A row of W1.");
            string row = writer.Integer("mad.lo.u32", "row", context.Block("x", "block"), LayerContext.Text(Warps), context.Thread.Warp);
            context.SkipWhere(writer.Compare("ge.u32", "isBeyond", row, context.Number("rows")), end);
            string of = writer.Integer("mul.lo.u32", "rowAt", row, context.Number("channels"));
            string dot = context.Dot(
                "c", context.Thread.Lane, "channels", Lanes, channel => writer.Integer("add.u32", "weightAt", of, channel),
                channel => writer.Real("ld.shared.f32", "value", $"[{writer.Integer("mad.lo.u32", "valueAt", channel, "4", z)}]"));
            dot = writer.OverWarp(writer.Sum, dot);
            string bias = writer.Real("mov.f32", "biasOfRow", PtxWriter.Constant(0f));
            writer.Line($"@{hasBias} ld.global.nc.f32 {bias}, [{context.At("bias", row)}]");
            string preactivation = writer.Real("add.rn.f32", "preactivation", dot, bias);
            string at = writer.Integer(
                "mad.lo.u32", "at", image, context.Number("rows"),
                row), isLane = writer.Compare("eq.u32", "isLane", context.Thread.Lane, "0");
            writer.Line($"@{isLane} st.global.f32 [{context.At("hidden", at)}], {writer.Activate(activation, preactivation)}");
            writer.Line($"and.pred {isTrained}, {isTrained}, {isLane}");
            writer.Line($"@{isTrained} st.global.f32 [{context.At("preactivation", at)}], {preactivation}");
            writer.Place(end);
        });

    /// <summary>s = gate(W2 a + b2).</summary>
    public static string Expand(Gate gate) => LayerContext.Kernel(
        $"expand{Suffix(gate)}", Threads, ["hidden", "weights", "bias", "inputs", "gates"], ["channels", "rows"], context =>
        {
            PtxWriter writer = context.Writer;
            string image = context.Block("y", "image"), end = writer.Label("end");
            string channel = writer.Integer(
                "mad.lo.u32", "channel", context.Block("x", "block"), LayerContext.Text(Warps), context.Thread.Warp);
            context.SkipWhere(writer.Compare("ge.u32", "isBeyond", channel, context.Number("channels")), end);
            string hasBias = context.IsGiven("bias"), isKept = context.IsGiven("inputs");
            string of = writer.Integer(
                "mul.lo.u32", "rowAt", channel,
                context.Number("rows")), from = writer.Integer("mul.lo.u32", "from", image, context.Number("rows"));
            string dot = context.Dot(
                "r", context.Thread.Lane, "rows", Lanes, r => writer.Integer("add.u32", "weightAt", of, r),
                r => context.Load("hidden", writer.Integer("add.u32", "valueAt", from, r)));
            dot = writer.OverWarp(writer.Sum, dot);
            string bias = writer.Real("mov.f32", "biasOfChannel", PtxWriter.Constant(0f));
            writer.Line($"@{hasBias} ld.global.nc.f32 {bias}, [{context.At("bias", channel)}]");
            string input = writer.Real("add.rn.f32", "input", dot, bias);
            string at = writer.Integer(
                "mad.lo.u32", "at", image, context.Number("channels"),
                channel), isLane = writer.Compare("eq.u32", "isLane", context.Thread.Lane, "0");
            writer.Line($"@{isLane} st.global.f32 [{context.At("gates", at)}], {writer.Open(gate, input)}");
            writer.Line($"and.pred {isKept}, {isKept}, {isLane}");
            writer.Line($"@{isKept} st.global.f32 [{context.At("inputs", at)}], {input}");
            writer.Place(end);
        });

    public static string Suffix(Activation activation)
        => activation == Activation.Identity ? "" : "_" + activation.ToString().ToLowerInvariant();

    public static string Suffix(Gate gate) => "_" + gate.ToString().ToLowerInvariant();
}
