namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>
/// Batch norm in training (Ioffe and Szegedy 2015): statistics, from them a factor and a summand of each channel, and the way back.
/// </summary>
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
    /// The batch's mean and variance from those of the chunks (Chan, Golub and LeVeque 1983), y = scale x + shift, and the running
    /// statistics, which are used instead where they are frozen. A warp has a channel: lanes merge chunks of their own, then each other's.
    /// </summary>
    public static string Normalize() => ParameterKernels.EachWarp(
        "normalize", "channels", ["means", "squares", "weight", "bias", "runningMean", "runningVariance", "scale", "shift", "mean", "root"],
        ["parts", .. LayerContext.Divisor("chunks"), "chunkPixels", "pixels", "isFrozen", "f32 epsilon", "f32 momentum", "f32 unbiased"],
        (context, channel) =>
        {
            PtxWriter writer = context.Writer;
            string frozen = writer.Label("frozen"), known = writer.Label("known");
            var batch = new Moments(
                writer.Real("mov.f32", "count", PtxWriter.Constant(0f)), writer.Real("mov.f32", "mean", PtxWriter.Constant(0f)),
                writer.Real("mov.f32", "sumOfSquares", PtxWriter.Constant(0f)));
            string variance = writer.Float("variance");
            context.Know("parts", "chunks", "chunksMagic", "chunksShift", "chunkPixels", "pixels", "channels");
            writer.Line($"@{writer.Compare("ne.u32", "isFrozen", context.Number("isFrozen"), "0")} bra {frozen}");
            writer.Loop("p", context.Thread.Lane, context.Number("parts"), "32", part =>
            {
                (_, string chunk) = context.Divide(part, "chunks", "image", "chunk");
                string at = writer.Integer("mad.lo.u32", "at", part, context.Number("channels"), channel);
                string before = writer.Integer(
                    "mul.lo.u32", "before", chunk,
                    context.Number("chunkPixels")), left = writer.Integer("sub.u32", "left", context.Number("pixels"), before);
                writer.Line($"min.u32 {left}, {left}, {context.Number("chunkPixels")}");
                batch.Merge(
                    writer,
                    new Moments(
                        writer.Real("cvt.rn.f32.u32", "pixelsOfPart", left), context.Load("means", at), context.Load("squares", at)));
            });
            writer.Phase("All lanes together.");
            for (int distance = 16; distance > 0; distance /= 2)
                batch.Merge(writer, batch.FromLane(writer, distance));

            string mean = batch.Mean;
            writer.Line($"div.rn.f32 {variance}, {batch.Squares}, {batch.Count}");
            string momentum = context.Real("momentum"), rest = writer.Real(
                "sub.rn.f32", "rest", PtxWriter.Constant(1f), momentum), unbiased = context.Real("unbiased");
            context.FirstLane(() =>
            {
                Move("runningMean", mean);
                Move("runningVariance", writer.Real("mul.rn.f32", "unbiasedVariance", variance, unbiased));
            });
            writer.Line($"bra {known}");
            writer.Place(frozen);
            writer.Line($"ld.global.f32 {mean}, [{context.At("runningMean", channel)}]");
            writer.Line($"ld.global.f32 {variance}, [{context.At("runningVariance", channel)}]");
            writer.Place(known);
            string epsilon = context.Real("epsilon");
            context.FirstLane(() =>
            {
                string root = writer.Real(
                    "rcp.rn.f32", "root", writer.Real("sqrt.rn.f32", "deviation", writer.Real("add.rn.f32", "spread", variance, epsilon)));
                string scale = writer.Real(
                    "mul.rn.f32", "scale", writer.Real("ld.global.f32", "factor", $"[{context.At("weight", channel)}]"), root);
                string shift = writer.Real(
                    "fma.rn.f32", "shift", writer.Real("neg.f32", "minus", mean), scale,
                    writer.Real("ld.global.f32", "bias", $"[{context.At("bias", channel)}]"));
                foreach ((string array, string value) in new[] { ("scale", scale), ("shift", shift), ("mean", mean), ("root", root) })
                    writer.Line($"st.global.f32 [{context.At(array, channel)}], {value}");
            });

            void Move(string array, string value)
            {
                string at = context.At(array, channel), running = writer.Real("ld.global.f32", array, $"[{at}]");
                writer.Line($"st.global.f32 [{at}], "
                    + $"{writer.Real("fma.rn.f32", "moved", running, rest, writer.Real("mul.rn.f32", "new", value, momentum))}");
            }
        });

    /// <summary>
    /// From the sums of g and of g (x - mean) to dx = a g + b (x - mean) + c, and the gradients of weight and bias: a warp has a channel.
    /// </summary>
    public static string Slopes() => ParameterKernels.EachWarp(
        "norm_slopes", "channels", ["sums", "products", "weight", "root", "weightGradient", "biasGradient", "slopes"],
        ["parts", "isFrozen", "f32 share"], (context, channel) =>
        {
            PtxWriter writer = context.Writer;
            string sum = writer.Real(
                "mov.f32", "sum", PtxWriter.Constant(0f)), product = writer.Real("mov.f32", "product", PtxWriter.Constant(0f));
            context.Know("parts", "channels", "isFrozen");
            string share = context.Real("share");
            writer.Loop("p", context.Thread.Lane, context.Number("parts"), "32", part =>
            {
                string at = writer.Integer("mad.lo.u32", "at", part, context.Number("channels"), channel);
                writer.Line($"add.rn.f32 {sum}, {sum}, {context.Load("sums", at)}");
                writer.Line($"add.rn.f32 {product}, {product}, {context.Load("products", at)}");
            });
            (sum, product) = (writer.OverWarp(writer.Sum, sum), writer.OverWarp(writer.Sum, product));
            context.FirstLane(() =>
            {
                string root = context.Load("root", channel), scale = writer.Real(
                    "mul.rn.f32", "scale", context.Load("weight", channel), root);
                string normalized = writer.Real("mul.rn.f32", "ofNormalized", product, root);
                context.Add("weightGradient", channel, normalized);
                context.Add("biasGradient", channel, sum);
                string isFrozen = writer.Compare(
                    "ne.u32", "isFrozen", context.Number("isFrozen"),
                    "0"), minus = writer.Real("mul.rn.f32", "minus", writer.Real("neg.f32", "negative", scale), share);
                string slope = writer.Real(
                    "mul.rn.f32", "slope", writer.Real("mul.rn.f32", "ofDistance", minus, root),
                    normalized), constant = writer.Real("mul.rn.f32", "constant", minus, sum);
                string second = writer.Integer(
                    "add.u32", "second", channel,
                    context.Number("channels")), third = writer.Integer("add.u32", "third", second, context.Number("channels"));
                writer.Line($"st.global.f32 [{context.At("slopes", channel)}], {scale}");
                writer.Line($"st.global.f32 [{context.At("slopes", second)}], "
                    + $"{writer.Real("selp.f32", "b", PtxWriter.Constant(0f), slope, isFrozen)}");
                writer.Line($"st.global.f32 [{context.At("slopes", third)}], "
                    + $"{writer.Real("selp.f32", "c", PtxWriter.Constant(0f), constant, isFrozen)}");
            });
        });

    /// <summary>dx = a g + b (x - mean) + c.</summary>
    public static string Gradient(bool isVector) => ChannelKernels.Kernel(
        ChannelKernels.Name("norm_gradient", isVector), isVector, ["g", "x", "dx", "slopes", "mean"], ["adds"], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string adds = loop.Is("adds"), isGiven = context.IsGiven("dx");
            string second = writer.Integer(
                "add.u32", "second", loop.Channel,
                context.Number("channels")), third = writer.Integer("add.u32", "third", second, context.Number("channels"));
            string a = writer.Real(
                "ld.global.nc.f32", "a",
                $"[{context.At("slopes", loop.Channel)}]"), b = writer.Real("ld.global.nc.f32", "b", $"[{context.At("slopes", second)}]");
            string c = writer.Real(
                "ld.global.nc.f32", "c",
                $"[{context.At("slopes", third)}]"), mean = writer.Real(
                    "ld.global.nc.f32", "mean", $"[{context.At("mean", loop.Channel)}]");
            loop.Each((_, at) =>
            {
                string[] g = loop.Load("g", at), x = loop.Load("x", at);
                loop.Send(isGiven, "dx", at, [.. g.Select((value, i) => writer.Real(
                    "fma.rn.f32", "change", a, value,
                    writer.Real("fma.rn.f32", "ofStatistics", b, writer.Real("sub.rn.f32", "distance", x[i], mean), c)))], adds);
            });
        });

    /// <summary>How many values, their mean, and the sum of squared distances from it, in registers.</summary>
    private sealed record Moments(string Count, string Mean, string Squares)
    {
        /// <summary>Takes others in; neither need have values.</summary>
        public void Merge(PtxWriter writer, Moments other)
        {
            // 0 / 1 where both have none.
            string all = writer.Real(
                "add.rn.f32", "all", Count, other.Count), divisor = writer.Real("max.f32", "divisor", all, PtxWriter.Constant(1f));
            string share = writer.Real(
                "div.rn.f32", "share", other.Count, divisor), distance = writer.Real("sub.rn.f32", "distance", other.Mean, Mean);
            writer.Line($"fma.rn.f32 {Mean}, {distance}, {share}, {Mean}");
            string weighted = writer.Real("mul.rn.f32", "weighted", distance, writer.Real("mul.rn.f32", "weight", Count, share));
            writer.Line($"add.rn.f32 {Squares}, {Squares}, {writer.Real("fma.rn.f32", "more", distance, weighted, other.Squares)}");
            writer.Line($"mov.f32 {Count}, {all}");
        }

        /// <summary>Those that the lane so far away has.</summary>
        public Moments FromLane(PtxWriter writer, int distance)
            => new(writer.FromLane(Count, distance), writer.FromLane(Mean, distance), writer.FromLane(Squares, distance));
    }
}
