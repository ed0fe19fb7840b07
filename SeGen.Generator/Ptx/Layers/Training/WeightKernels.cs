namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>Kernels of the way back that have a thread for each weight, or for each float.</summary>
internal static class WeightKernels
{
    /// <summary>
    /// A convolution's weights with inputs and outputs in each other's places and some of the taps, turned round: those by which gradients
    /// go back.
    /// </summary>
    public static string Turn() => ParameterKernels.Each(
        "turn", "count", ["weights", "turned"],
        [.. LayerContext.Divisor("columns"), .. LayerContext.Divisor("lines"), .. LayerContext.Divisor("rows"),
            .. LayerContext.Divisor("inputs"), "kernelHeight", "kernelWidth", "firstLine", "firstColumn", "step"],
        (context, index) =>
        {
            PtxWriter writer = context.Writer;
            (string rest, string column) = context.Divide(index, "columns", "withoutColumn", "column");
            (rest, string line) = context.Divide(rest, "lines", "withoutLine", "line");
            (rest, string row) = context.Divide(rest, "rows", "withoutRow", "row");
            (string group, string input) = context.Divide(rest, "inputs", "group", "input");
            string at = writer.Integer("mad.lo.u32", "at", group, context.Number("rows"), row);
            writer.Line($"mad.lo.u32 {at}, {at}, {context.Number("inputs")}, {input}");
            writer.Line($"mul.lo.u32 {line}, {line}, {context.Number("step")}");
            writer.Line($"sub.u32 {line}, {context.Number("firstLine")}, {line}");
            writer.Line($"mul.lo.u32 {column}, {column}, {context.Number("step")}");
            writer.Line($"sub.u32 {column}, {context.Number("firstColumn")}, {column}");
            writer.Line($"mad.lo.u32 {at}, {at}, {context.Number("kernelHeight")}, {line}");
            writer.Line($"mad.lo.u32 {at}, {at}, {context.Number("kernelWidth")}, {column}");
            writer.Line($"st.global.f32 [{context.At("turned", index)}], "
                + $"{writer.Real("ld.global.nc.f32", "weight", $"[{context.At("weights", at)}]")}");
        });

    /// <summary>Adds parts, in their order, to what is there: to a gradient.</summary>
    public static string AddParts()
        => ParameterKernels.Each("add_parts", "count", ["parts", "sum"], ["splits", "partLength"], (context, index) =>
    {
        PtxWriter writer = context.Writer;
        string total = writer.Real("mov.f32", "total", PtxWriter.Constant(0f)), at = writer.Integer("mov.u32", "at", index);
        context.Know("partLength");
        writer.Loop("s", writer.Integer("mov.u32", "zero", "0"), context.Number("splits"), "1", _ =>
        {
            writer.Line($"add.rn.f32 {total}, {total}, {writer.Real("ld.global.nc.f32", "part", $"[{context.At("parts", at)}]")}");
            writer.Line($"add.u32 {at}, {at}, {context.Number("partLength")}");
        });
        context.Add("sum", index, total);
    });

    /// <summary>A matrix's gradient from vectors of each image, in their order: G[i, j] += sum of left[n, i] right[n, j].</summary>
    public static string Outer()
        => ParameterKernels.Each("outer", "count", ["left", "right", "sum"], ["images", "rows", .. LayerContext.Divisor("columns")], (context, index) =>
    {
        PtxWriter writer = context.Writer;
        (string row, string column) = context.Divide(index, "columns", "row", "column");
        string total = writer.Real("mov.f32", "total", PtxWriter.Constant(0f));
        context.Know("rows");
        writer.Loop("n", writer.Integer("mov.u32", "zero", "0"), context.Number("images"), "1", image =>
        {
            string left = writer.Integer(
                "mad.lo.u32", "leftAt", image, context.Number("rows"),
                row), right = writer.Integer("mad.lo.u32", "rightAt", image, context.Number("columns"), column);
            writer.Line($"fma.rn.f32 {total}, {writer.Real("ld.global.nc.f32", "left", $"[{context.At("left", left)}]")}, "
                + $"{writer.Real("ld.global.nc.f32", "right", $"[{context.At("right", right)}]")}, {total}");
        });
        context.Add("sum", index, total);
    });

    /// <summary>Zeros.</summary>
    public static string Clear() => ParameterKernels.Each("clear", "count", ["y"], [], (context, index)
        => context.Writer.Line($"st.global.f32 [{context.At("y", index)}], {PtxWriter.Constant(0f)}"));

    /// <summary>
    /// The gradient of filters that have a channel for themselves: a warp has a tap of one, and goes through the pixels of all images.
    /// </summary>
    public static string Depthwise() => LayerContext.Kernel(
        "depthwise_weight_gradient", ParameterKernels.Threads, ["dy", "x", "sum"],
        [
            "count", .. LayerContext.Divisor("kernelWidth"), .. LayerContext.Divisor("kernelHeight"), .. LayerContext.Divisor("multiple"),
            "images", "pixels", .. LayerContext.Divisor("outWidth"),
            "height", "width", "stride", "top", "left", "dilation", "channels", "inChannels",
        ],
        context =>
        {
            PtxWriter writer = context.Writer;
            string end = writer.Label("end"), zero = writer.Integer("mov.u32", "zero", "0");
            string filter = writer.Integer(
                "mad.lo.u32", "filterTap", context.Block("x", "block"), LayerContext.Text(ParameterKernels.Threads / 32),
                context.Thread.Warp);
            context.SkipWhere(writer.Compare("ge.u32", "isBeyond", filter, context.Number("count")), end);
            (string rest, string column) = context.Divide(filter, "kernelWidth", "withoutColumn", "tapColumn");
            (string channel, string line) = context.Divide(rest, "kernelHeight", "channel", "tapRow");
            (string source, _) = context.Divide(channel, "multiple", "source", "ofSource");
            string top = writer.Integer("mad.lo.u32", "top", line, context.Number("dilation"), context.Number("top"));
            string left = writer.Integer("mad.lo.u32", "left", column, context.Number("dilation"), context.Number("left"));
            string plane = writer.Integer(
                "mul.lo.u32", "plane", context.Number("height"),
                context.Number("width")), total = writer.Real("mov.f32", "total", PtxWriter.Constant(0f));
            context.Know("pixels", "stride", "width", "height", "channels", "inChannels", "outWidth", "outWidthMagic", "outWidthShift");
            writer.Loop("n", zero, context.Number("images"), "1", image =>
            {
                string of = writer.Integer(
                    "mad.lo.u32", "ofImage", image, context.Number("channels"),
                    channel), from = writer.Integer("mad.lo.u32", "fromImage", image, context.Number("inChannels"), source);
                writer.Line($"mul.lo.u32 {of}, {of}, {context.Number("pixels")}");
                writer.Line($"mul.lo.u32 {from}, {from}, {plane}");
                writer.Loop("p", context.Thread.Lane, context.Number("pixels"), "32", pixel =>
                {
                    (string row, string at) = context.Divide(pixel, "outWidth", "row", "column");
                    string y = writer.Integer(
                        "mad.lo.u32", "y", row, context.Number("stride"),
                        top), x = writer.Integer("mad.lo.u32", "x", at, context.Number("stride"), left);
                    string isThere = writer.CompareAnd(
                        "lt.u32", "isThere", x, context.Number("width"), writer.Compare("lt.u32", "isRow", y, context.Number("height")));
                    string place = writer.Integer(
                        "mad.lo.u32", "place", y, context.Number("width"),
                        x), value = writer.Real("mov.f32", "value", PtxWriter.Constant(0f));
                    writer.Line(
                        $"@{isThere} ld.global.nc.f32 {value}, [{context.At("x", writer.Integer("add.u32", "valueAt", from, place))}]");
                    string change = writer.Real(
                        "ld.global.nc.f32", "change", $"[{context.At("dy", writer.Integer("add.u32", "changeAt", of, pixel))}]");
                    writer.Line($"fma.rn.f32 {total}, {change}, {value}, {total}");
                });
            });
            total = writer.OverWarp(writer.Sum, total);
            context.Only(writer.Compare("eq.u32", "isFirst", context.Thread.Lane, "0"), "added", () => context.Add("sum", filter, total));
            writer.Place(end);
        });
}
