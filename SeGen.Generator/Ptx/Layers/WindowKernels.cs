namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// Kernels that have a window on the input for each pixel of the output, and no product of matrices: depthwise convolutions and pooling.
/// </summary>
internal static class WindowKernels
{
    /// <summary>What a window is: sizes of the input, of the output's rows, and how it moves.</summary>
    public static readonly string[] Numbers =
        [.. LayerContext.Divisor("outWidth"), "height", "width", "kernelHeight", "kernelWidth", "stride", "top", "left", "dilation"];

    /// <summary>
    /// y = act(scale (W * x) + shift) where each channel has a filter of its own, or several channels of the output have one of the input;
    /// and sums for a gate.
    /// </summary>
    public static string Depthwise(ActivationCode activation) => ChannelKernels.Kernel(
        "depthwise", isVector: false, ["x", "weights", "y", "scale", "shift", "residual", "sums"],
        [.. Numbers, "inChannels", .. LayerContext.Divisor("multiple"), "yRow", "yColumn", "yFirst", "yChannel", .. ActivationCode.Numbers],
        (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string hasSums = context.IsGiven("sums"), hasResidual = context.IsGiven("residual");
            ActivationCode.ActivationOf activate = activation.Begin(context);
            string scale = loop.Of(
                context.IsGiven("scale"), "scale", loop.Channel, 1f), shift = loop.Of(context.IsGiven("shift"), "shift", loop.Channel, 0f);
            string total = loop.Begin("total", 0f);
            string taps = writer.Integer("mul.lo.u32", "taps", context.Number("kernelHeight"), context.Number("kernelWidth"));
            string filter = context.At("weights", writer.Integer("mul.lo.u32", "filterAt", loop.Channel, taps));
            (string source, _) = context.Divide(loop.Channel, "multiple", "source", "ofSource");
            string channel = writer.Integer("mad.lo.u32", "sourceRow", loop.Image, context.Number("inChannels"), source);
            string plane = writer.Integer("mul.lo.u32", "plane", context.Number("height"), context.Number("width"));
            string start = context.At("x", writer.Integer("mul.lo.u32", "planeAt", channel, plane));
            string to = writer.Integer("mad.lo.u32", "to", loop.Row, context.Number("yChannel"), context.Number("yFirst"));
            context.Know([.. Numbers, "yRow", "yColumn", "chunks", "channels"]);
            loop.Each((pixel, _) =>
            {
                string sum = writer.Real("mov.f32", "sum", PtxWriter.Constant(0f)), next = writer.Wide("mov.u64", "tap", filter);
                (string row, string column) = Window(context, pixel, start, (value, isThere) =>
                {
                    string weight = writer.Real("ld.global.nc.f32", "weight", $"[{next}]");
                    writer.Line($"add.u64 {next}, {next}, 4");
                    writer.Line($"fma.rn.f32 {sum}, {weight}, {value}, {sum}");
                });
                string at = writer.Integer("mad.lo.u32", "at", row, context.Number("yRow"), to);
                writer.Line($"mad.lo.u32 {at}, {column}, {context.Number("yColumn")}, {at}");
                string residual = loop.LoadIf(hasResidual, "residual", at)[0];
                string y = writer.Real("add.rn.f32", "y", writer.Real("fma.rn.f32", "normalized", sum, scale, shift), residual);
                activate.Apply([y]);
                writer.Line($"add.rn.f32 {total}, {total}, {y}");
                loop.Store("y", at, [y]);
            });
            context.Only(hasSums, "summed", () => loop.Keep("sums", total, writer.Sum));
        });

    /// <summary>
    /// The maximum of each window, or its mean, zeros around the image included as far as it is padded (PyTorch's count_include_pad).
    /// </summary>
    public static string Pool(bool isMaximum) => ChannelKernels.Kernel(
        isMaximum ? "max_pool" : "average_pool", isVector: false, ["x", "y"], [.. Numbers, "bottom", "right"], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string plane = writer.Integer("mul.lo.u32", "plane", context.Number("height"), context.Number("width"));
            string start = context.At("x", writer.Integer("mul.lo.u32", "planeAt", loop.Row, plane));
            context.Know([.. Numbers, "bottom", "right"]);
            loop.Each((pixel, at) =>
            {
                string y = loop.Begin("y", isMaximum ? float.NegativeInfinity : 0f);
                (string row, string column) = Window(context, pixel, start, (value, isThere) =>
                {
                    if (isMaximum)
                        writer.RaiseTo(y, value, $"@{isThere} ");
                    else
                        writer.Line($"add.rn.f32 {y}, {y}, {value}");
                });
                if (!isMaximum)
                    y = writer.Real("div.rn.f32", "mean", y, writer.Real("cvt.rn.f32.u32", "count", Count(context, row, column)));

                loop.Store("y", at, [y]);
            });
        });

    /// <summary>How many pixels an average's window has: up to where padding ends.</summary>
    public static string Count(LayerContext context, string row, string column)
    {
        string rows = Side(row, "top", "bottom", "kernelHeight"), columns = Side(column, "left", "right", "kernelWidth");
        return context.Writer.Integer("mul.lo.u32", "pixelsOfWindow", rows, columns);

        string Side(string index, string before, string end, string kernel)
        {
            PtxWriter writer = context.Writer;
            string first = writer.Integer("mad.lo.u32", "firstOfWindow", index, context.Number("stride"), context.Number(before));
            string rest = writer.Integer("sub.u32", "rest", context.Number(end), first);
            writer.Line($"min.u32 {rest}, {rest}, {context.Number(kernel)}");
            return rest;
        }
    }

    /// <summary>Goes through a window: pixels outside the image are 0.</summary>
    /// <param name="context">The kernel.</param>
    /// <param name="pixel">The output's pixel.</param>
    /// <param name="plane">Where the input's channel begins.</param>
    /// <param name="use">Given a value, and whether it lies in the image.</param>
    /// <returns>The output's row and column.</returns>
    public static (string Row, string Column) Window(LayerContext context, string pixel, string plane, Action<string, string> use)
    {
        PtxWriter writer = context.Writer;
        (string row, string column) = context.Divide(pixel, "outWidth", "rowOf", "columnOf");
        string top = writer.Integer("mad.lo.u32", "firstRow", row, context.Number("stride"), context.Number("top"));
        string left = writer.Integer("mad.lo.u32", "firstColumn", column, context.Number("stride"), context.Number("left"));
        string none = writer.Integer("mov.u32", "none", "0");
        writer.Loop("i", none, context.Number("kernelHeight"), "1", i =>
        {
            string y = writer.Integer(
                "mad.lo.u32", "y", i, context.Number("dilation"),
                top), isRow = writer.Compare("lt.u32", "isRow", y, context.Number("height"));
            string line = writer.Integer("mul.lo.u32", "line", y, context.Number("width"));
            writer.Loop("j", none, context.Number("kernelWidth"), "1", j =>
            {
                string x = writer.Integer("mad.lo.u32", "x", j, context.Number("dilation"), left);
                string isThere = writer.CompareAnd("lt.u32", "isThere", x, context.Number("width"), isRow);
                string at = writer.Wide("mad.wide.u32", "valueAt", writer.Integer("add.u32", "place", line, x), "4", plane);
                string value = writer.Real("mov.f32", "value", PtxWriter.Constant(0f));
                writer.Line($"@{isThere} ld.global.nc.f32 {value}, [{at}]");
                use(value, isThere);
            });
        });
        return (row, column);
    }
}
