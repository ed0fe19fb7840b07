namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>Batch norm in training (Ioffe and Szegedy 2015): statistics, from them a factor and a summand of each channel, and the way back.</summary>
internal static class NormKernels
{
    /// <summary>The mean of each chunk, and the sum of squared distances from it.</summary>
    public static string Statistics(bool isVector) => ChannelKernels.Kernel(
        ChannelKernels.Name("statistics", isVector), isVector, ["x", "means", "squares"], [], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string total = loop.Begin("total", 0f), squares = loop.Begin("sumOfSquares", 0f);
            loop.Each((_, at) =>
            {
                foreach (string value in loop.Load("x", at))
                    writer.Line($"add.rn.f32 {total}, {total}, {value}");
            });
            string count = writer.Real("cvt.rn.f32.u32", "count", loop.Count());
            string mean = writer.Real("div.rn.f32", "mean", writer.OverWarp(writer.Sum, total), count);
            writer.Phase("Once more, from the mean.");
            loop.Each((_, at) =>
            {
                foreach (string value in loop.Load("x", at))
                {
                    string distance = writer.Real("sub.rn.f32", "distance", value, mean);
                    writer.Line($"fma.rn.f32 {squares}, {distance}, {distance}, {squares}");
                }
            });
            squares = writer.OverWarp(writer.Sum, squares);
            string isFirst = writer.Compare("eq.u32", "isFirst", context.Thread.Lane, "0"), part = loop.PartAt();
            writer.Line($"@{isFirst} st.global.f32 [{context.At("means", part)}], {mean}");
            writer.Line($"@{isFirst} st.global.f32 [{context.At("squares", part)}], {squares}");
        });

    /// <summary>
    /// The batch's mean and variance from those of the chunks, in their order (Chan, Golub and LeVeque 1983), y = scale x + shift, and the running
    /// statistics, which are used instead where they are frozen.
    /// </summary>
    public static string Normalize() => ParameterKernels.Each(
        "normalize", "channels", ["means", "squares", "weight", "bias", "runningMean", "runningVariance", "scale", "shift", "mean", "root"],
        ["images", "chunks", "chunkPixels", "pixels", "isFrozen", "f32 epsilon", "f32 momentum", "f32 unbiased"], (context, channel) =>
        {
            PtxWriter writer = context.Writer;
            string frozen = writer.Label("frozen"), known = writer.Label("known"), zero = writer.Integer("mov.u32", "zero", "0");
            string mean = writer.Real("mov.f32", "mean", PtxWriter.Constant(0f)), squares = writer.Real("mov.f32", "sumOfSquares", PtxWriter.Constant(0f));
            string count = writer.Real("mov.f32", "count", PtxWriter.Constant(0f)), variance = writer.Float("variance");
            string runningMean = writer.Real("ld.global.f32", "runningMean", $"[{context.At("runningMean", channel)}]");
            string runningVariance = writer.Real("ld.global.f32", "runningVariance", $"[{context.At("runningVariance", channel)}]");
            context.Know("images", "chunks", "chunkPixels", "pixels", "channels");
            writer.Line($"@{writer.Compare("ne.u32", "isFrozen", context.Number("isFrozen"), "0")} bra {frozen}");
            writer.Loop("n", zero, context.Number("images"), "1", image => writer.Loop("p", zero, context.Number("chunks"), "1", chunk =>
            {
                string part = writer.Integer("mad.lo.u32", "part", image, context.Number("chunks"), chunk), at = writer.Integer("mad.lo.u32", "at", part, context.Number("channels"), channel);
                string ofPart = writer.Real("ld.global.nc.f32", "meanOfPart", $"[{context.At("means", at)}]"), of = writer.Real("ld.global.nc.f32", "squaresOfPart", $"[{context.At("squares", at)}]");
                string before = writer.Integer("mul.lo.u32", "before", chunk, context.Number("chunkPixels")), left = writer.Integer("sub.u32", "left", context.Number("pixels"), before);
                writer.Line($"min.u32 {left}, {left}, {context.Number("chunkPixels")}");
                string pixels = writer.Real("cvt.rn.f32.u32", "pixelsOfPart", left), all = writer.Real("add.rn.f32", "all", count, pixels);
                string share = writer.Real("div.rn.f32", "share", pixels, all), distance = writer.Real("sub.rn.f32", "distance", ofPart, mean);
                writer.Line($"fma.rn.f32 {mean}, {distance}, {share}, {mean}");
                string weighted = writer.Real("mul.rn.f32", "weighted", writer.Real("mul.rn.f32", "squared", distance, distance), writer.Real("mul.rn.f32", "weight", count, share));
                writer.Line($"add.rn.f32 {squares}, {squares}, {writer.Real("add.rn.f32", "more", of, weighted)}");
                writer.Line($"mov.f32 {count}, {all}");
            }));
            writer.Line($"div.rn.f32 {variance}, {squares}, {count}");
            string momentum = context.Real("momentum"), rest = writer.Real("sub.rn.f32", "rest", PtxWriter.Constant(1f), momentum);
            Move("runningMean", runningMean, mean);
            Move("runningVariance", runningVariance, writer.Real("mul.rn.f32", "unbiasedVariance", variance, context.Real("unbiased")));
            writer.Line($"bra {known}");
            writer.Place(frozen);
            writer.Line($"mov.f32 {mean}, {runningMean}");
            writer.Line($"mov.f32 {variance}, {runningVariance}");
            writer.Place(known);
            string root = writer.Real("rcp.rn.f32", "root", writer.Real("sqrt.rn.f32", "deviation", writer.Real("add.rn.f32", "spread", variance, context.Real("epsilon"))));
            string scale = writer.Real("mul.rn.f32", "scale", writer.Real("ld.global.f32", "factor", $"[{context.At("weight", channel)}]"), root);
            string shift = writer.Real("fma.rn.f32", "shift", writer.Real("neg.f32", "minus", mean), scale, writer.Real("ld.global.f32", "bias", $"[{context.At("bias", channel)}]"));
            foreach ((string array, string value) in new[] { ("scale", scale), ("shift", shift), ("mean", mean), ("root", root) })
                writer.Line($"st.global.f32 [{context.At(array, channel)}], {value}");

            void Move(string array, string running, string value)
                => writer.Line($"st.global.f32 [{context.At(array, channel)}], {writer.Real("fma.rn.f32", "moved", running, rest, writer.Real("mul.rn.f32", "new", value, momentum))}");
        });

    /// <summary>From the sums of g and of g (x - mean) to dx = a g + b (x - mean) + c, and the gradients of weight and bias.</summary>
    public static string Slopes() => ParameterKernels.Each(
        "norm_slopes", "channels", ["sums", "products", "weight", "root", "weightGradient", "biasGradient", "slopes"], ["parts", "isFrozen", "f32 share"], (context, channel) =>
        {
            PtxWriter writer = context.Writer;
            string sum = writer.Real("mov.f32", "sum", PtxWriter.Constant(0f)), product = writer.Real("mov.f32", "product", PtxWriter.Constant(0f));
            context.Know("parts", "channels");
            writer.Loop("p", writer.Integer("mov.u32", "zero", "0"), context.Number("parts"), "1", part =>
            {
                string at = writer.Integer("mad.lo.u32", "at", part, context.Number("channels"), channel);
                writer.Line($"add.rn.f32 {sum}, {sum}, {writer.Real("ld.global.nc.f32", "sumOfPart", $"[{context.At("sums", at)}]")}");
                writer.Line($"add.rn.f32 {product}, {product}, {writer.Real("ld.global.nc.f32", "productOfPart", $"[{context.At("products", at)}]")}");
            });
            string root = writer.Real("ld.global.nc.f32", "root", $"[{context.At("root", channel)}]");
            string scale = writer.Real("mul.rn.f32", "scale", writer.Real("ld.global.nc.f32", "weight", $"[{context.At("weight", channel)}]"), root);
            string normalized = writer.Real("mul.rn.f32", "ofNormalized", product, root);
            context.Add("weightGradient", channel, normalized);
            context.Add("biasGradient", channel, sum);
            string isFrozen = writer.Compare("ne.u32", "isFrozen", context.Number("isFrozen"), "0"), minus = writer.Real("mul.rn.f32", "minus", writer.Real("neg.f32", "negative", scale), context.Real("share"));
            string slope = writer.Real("mul.rn.f32", "slope", writer.Real("mul.rn.f32", "ofDistance", minus, root), normalized), constant = writer.Real("mul.rn.f32", "constant", minus, sum);
            string second = writer.Integer("add.u32", "second", channel, context.Number("channels")), third = writer.Integer("add.u32", "third", second, context.Number("channels"));
            writer.Line($"st.global.f32 [{context.At("slopes", channel)}], {scale}");
            writer.Line($"st.global.f32 [{context.At("slopes", second)}], {writer.Real("selp.f32", "b", PtxWriter.Constant(0f), slope, isFrozen)}");
            writer.Line($"st.global.f32 [{context.At("slopes", third)}], {writer.Real("selp.f32", "c", PtxWriter.Constant(0f), constant, isFrozen)}");
        });

    /// <summary>dx = a g + b (x - mean) + c.</summary>
    public static string Gradient(bool isVector) => ChannelKernels.Kernel(
        ChannelKernels.Name("norm_gradient", isVector), isVector, ["g", "x", "dx", "slopes", "mean"], ["adds"], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string adds = loop.Is("adds"), isGiven = context.IsGiven("dx");
            string second = writer.Integer("add.u32", "second", loop.Channel, context.Number("channels")), third = writer.Integer("add.u32", "third", second, context.Number("channels"));
            string a = writer.Real("ld.global.nc.f32", "a", $"[{context.At("slopes", loop.Channel)}]"), b = writer.Real("ld.global.nc.f32", "b", $"[{context.At("slopes", second)}]");
            string c = writer.Real("ld.global.nc.f32", "c", $"[{context.At("slopes", third)}]"), mean = writer.Real("ld.global.nc.f32", "mean", $"[{context.At("mean", loop.Channel)}]");
            loop.Each((_, at) =>
            {
                string[] g = loop.Load("g", at), x = loop.Load("x", at);
                loop.Send(isGiven, "dx", at, [.. g.Select((value, i) => writer.Real(
                    "fma.rn.f32", "change", a, value, writer.Real("fma.rn.f32", "ofStatistics", b, writer.Real("sub.rn.f32", "distance", x[i], mean), c)))], adds);
            });
        });
}
