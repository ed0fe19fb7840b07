namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>The way back through what is computed for each value by itself.</summary>
internal static class PointwiseGradientKernels
{
    /// <summary>
    /// Of y = act(u) with u = factor (scale x + shift) + residual: g = dy act'(u), which is the residual's gradient and, where there is
    /// neither a batch norm nor a gate, the input's; and for those the sums of g and of g (x - mean).
    /// </summary>
    public static string Gradient(ActivationCode activation, bool isVector) => ChannelKernels.Kernel(
        ChannelKernels.Name("pointwise_gradient", isVector), isVector,
        ["dy", "x", "g", "factors", "scale", "shift", "residual", "toResidual", "toInput", "mean", "sums", "products"],
        ["addsResidual", "addsInput", .. ActivationCode.Numbers],
        (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string hasResidual = context.IsGiven("residual"), keeps =
                context.IsGiven("g"), toResidual = context.IsGiven("toResidual"), toInput = context.IsGiven("toInput");
            string hasSums = context.IsGiven("sums"), hasProducts =
                context.IsGiven("products"), addsResidual = loop.Is("addsResidual"), addsInput = loop.Is("addsInput");
            ActivationCode.ActivationOf activate = activation.Begin(context);
            string factor = loop.Of(
                context.IsGiven("factors"), "factors", loop.Row, 1f), mean = loop.Of(context.IsGiven("mean"), "mean", loop.Channel, 0f);
            string scale = loop.Of(
                context.IsGiven("scale"), "scale", loop.Channel, 1f), shift = loop.Of(context.IsGiven("shift"), "shift", loop.Channel, 0f);
            string sum = loop.Begin("sum", 0f), product = loop.Begin("product", 0f);
            context.Know("chunks", "channels");
            loop.Each((_, at) =>
            {
                string[] dy = loop.Load("dy", at), x = loop.Load("x", at), residual = loop.LoadIf(hasResidual, "residual", at);
                string[] g = [.. dy.Select((change, i) =>
                {
                    string u = writer.Real(
                        "fma.rn.f32", "u", writer.Real("fma.rn.f32", "normalized", x[i], scale, shift), factor, residual[i]);
                    return writer.Real("mul.rn.f32", "g", change, activate.Slope(u));
                })];
                for (int i = 0; i < g.Length; i++)
                {
                    writer.Line($"add.rn.f32 {sum}, {sum}, {g[i]}");
                    writer.Line($"fma.rn.f32 {product}, {g[i]}, {writer.Real("sub.rn.f32", "distance", x[i], mean)}, {product}");
                }

                context.Only(keeps, "not_kept", () => loop.Store("g", at, g));
                loop.Send(toResidual, "toResidual", at, g, addsResidual);
                loop.Send(toInput, "toInput", at, g, addsInput);
            });
            context.Only(hasSums, "no_sums", () => loop.Keep("sums", sum, writer.Sum));
            context.Only(hasProducts, "no_products", () => loop.Keep("products", product, writer.Sum));
        });

    /// <summary>
    /// The end of the way back through a gate: dx = s g + what each pixel has of the squeezed value's gradient, and, where maxima are
    /// squeezed, what those that are as large as the channel's largest share.
    /// </summary>
    public static string Gate(bool isVector) => ChannelKernels.Kernel(
        ChannelKernels.Name("gate_gradient", isVector), isVector, ["g", "x", "dx", "factors", "ofPixel", "largest", "ofMaximum"], ["adds"],
        (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string adds = loop.Is("adds"), isGiven = context.IsGiven("dx"), hasMaximum = context.IsGiven("ofMaximum");
            string factor = loop.Of(
                context.IsGiven("factors"), "factors", loop.Row,
                1f), ofPixel = loop.Of(context.IsGiven("ofPixel"), "ofPixel", loop.Row, 0f);
            string largest = loop.Of(
                hasMaximum, "largest", loop.Row, float.PositiveInfinity), ofMaximum = loop.Of(hasMaximum, "ofMaximum", loop.Row, 0f);
            loop.Each((_, at) =>
            {
                string[] g = loop.Load("g", at), x = loop.Load("x", at);
                loop.Send(isGiven, "dx", at, [.. g.Select((value, i) =>
                {
                    string isLargest = writer.Compare("eq.f32", "isLargest", x[i], largest), share = writer.Real(
                        "selp.f32", "share", ofMaximum, PtxWriter.Constant(0f), isLargest);
                    return writer.Real("add.rn.f32", "change", writer.Real("fma.rn.f32", "scaled", value, factor, ofPixel), share);
                })], adds);
            });
        });

    /// <summary>How many pixels are as large as the channel's largest.</summary>
    public static string Ties(bool isVector) => ChannelKernels.Kernel(
        ChannelKernels.Name("count_ties", isVector), isVector, ["x", "largest", "ties"], [], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string largest = writer.Real(
                "ld.global.nc.f32", "largest", $"[{context.At("largest", loop.Row)}]"), count = loop.Begin("count", 0f);
            loop.Each((_, at) =>
            {
                foreach (string value in loop.Load("x", at))
                {
                    string tie = writer.Real(
                        "selp.f32", "tie", PtxWriter.Constant(1f), PtxWriter.Constant(0f),
                        writer.Compare("eq.f32", "isLargest", value, largest));
                    writer.Line($"add.rn.f32 {count}, {count}, {tie}");
                }
            });
            count = writer.OverWarp(writer.Sum, count);
            writer.Line($"@{writer.Compare("eq.u32", "isFirst", context.Thread.Lane, "0")} st.global.f32 "
                + $"[{context.At("ties", loop.Row)}], {count}");
        });

    /// <summary>The way back through a mean: every pixel has its share.</summary>
    public static string Spread(bool isVector) => ChannelKernels.Kernel(
        ChannelKernels.Name("spread", isVector), isVector, ["dy", "dx"], ["adds", "f32 share"], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string adds = loop.Is("adds"), isGiven = context.IsGiven("dx"), share = context.Real("share");
            string change = writer.Real(
                "mul.rn.f32", "change", writer.Real("ld.global.nc.f32", "dy", $"[{context.At("dy", loop.Row)}]"), share);
            loop.Each((_, at) => loop.Send(isGiven, "dx", at, [.. Enumerable.Repeat(change, loop.Vector)], adds));
        });

    /// <summary>
    /// Dropout, both ways: x / (1 - p) where a value is kept, else 0 (Srivastava et al. 2014). Which are kept is a hash of the image's key
    /// and the value's position, in the order of the CPU's layout, so that masks are the same there.
    /// </summary>
    public static string Dropout() => ChannelKernels.Kernel(
        "dropout", isVector: false, ["x", "y", "keys"], ["adds", "threshold", "f32 scale"], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string adds =
                loop.Is("adds"), isGiven = context.IsGiven("y"), scale = context.Real("scale"), threshold = context.Number("threshold");
            string key = writer.Integer("ld.global.nc.u32", "key", $"[{context.At("keys", loop.Image)}]");
            string block = writer.Integer(
                "shr.u32", "blockOfChannels", loop.Channel, "4"), lane = writer.Integer("and.b32", "laneOfBlock", loop.Channel, "15");
            string first = writer.Integer("mul.lo.u32", "firstOfBlock", block, context.Number("pixels"));
            loop.Each((pixel, at) =>
            {
                string hash = writer.Integer("add.u32", "hash", first, pixel);
                writer.Line($"mad.lo.u32 {hash}, {hash}, 16, {lane}");
                writer.Line($"xor.b32 {hash}, {hash}, {key}");
                string shifted = writer.Index("shifted");
                foreach ((int shift, uint factor) in new[] { (16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1u) })
                {
                    writer.Line($"shr.u32 {shifted}, {hash}, {LayerContext.Text(shift)}");
                    writer.Line($"xor.b32 {hash}, {hash}, {shifted}");
                    if (factor != 1)
                        writer.Line($"mul.lo.u32 {hash}, {hash}, {LayerContext.Text(factor)}");
                }

                string isKept = writer.Compare("ge.u32", "isKept", hash, threshold), scaled = writer.Real(
                    "mul.rn.f32", "scaled", loop.Load("x", at)[0], scale);
                loop.Send(isGiven, "y", at, [writer.Real("selp.f32", "kept", scaled, PtxWriter.Constant(0f), isKept)], adds);
            });
        });
}
