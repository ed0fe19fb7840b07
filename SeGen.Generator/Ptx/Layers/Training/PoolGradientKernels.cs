namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>
/// The way back through pooling, with a thread for each pixel of the input: it looks at the windows that it lies in, so that no two
/// threads add to one place.
/// </summary>
internal static class PoolGradientKernels
{
    /// <summary>The windows' sizes beside those of <see cref="WindowKernels.Numbers"/>.</summary>
    private static readonly string[] More = ["bottom", "right", "outHeight", "reach", "adds"];

    /// <summary>Of a mean, a window's share; of a maximum all of it, for the first pixel of the window that is as large.</summary>
    public static string Write(bool isMaximum) => ChannelKernels.Kernel(
        isMaximum ? "max_pool_gradient" : "average_pool_gradient", isVector: false, ["x", "y", "dy", "dx"],
        [.. WindowKernels.Numbers, .. More, .. LayerContext.Divisor("step")], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string adds = loop.Is("adds"), isGiven = context.IsGiven("dx"), none = writer.Integer("mov.u32", "none", "0");
            string plane = writer.Integer("mul.lo.u32", "outPlane", context.Number("outHeight"), context.Number("outWidth"));
            string of = writer.Integer("mul.lo.u32", "ofRow", loop.Row, plane);
            context.Know([.. WindowKernels.Numbers, .. More, .. LayerContext.Divisor("step")]);
            loop.Each((pixel, at) =>
            {
                string change = loop.Begin("change", 0f), value = isMaximum ? loop.Load("x", at)[0] : "";
                string row = writer.Integer(
                    "div.u32", "row", pixel,
                    context.Number("width")), column = writer.Integer("rem.u32", "column", pixel, context.Number("width"));

                // The last window that reaches the pixel, along each side; top and left are minus the padding.
                (string lastRow, _) = context.Divide(
                    writer.Integer("sub.u32", "fromTop", row, context.Number("top")), "step", "lastRow", "inRow");
                (string lastColumn, _) = context.Divide(
                    writer.Integer("sub.u32", "fromLeft", column, context.Number("left")), "step", "lastColumn", "inColumn");
                writer.Loop("i", none, context.Number("reach"), "1", i => writer.Loop("j", none, context.Number("reach"), "1", j =>
                {
                    string next = writer.Label("next_window");
                    string y = writer.Integer("sub.u32", "windowRow", lastRow, i), x = writer.Integer(
                        "sub.u32", "windowColumn", lastColumn, j);
                    string firstRow = writer.Integer("mad.lo.u32", "firstRow", y, context.Number("stride"), context.Number("top"));
                    string firstColumn = writer.Integer("mad.lo.u32", "firstColumn", x, context.Number("stride"), context.Number("left"));
                    string isIn = writer.Compare("lt.u32", "isIn", y, context.Number("outHeight"));
                    isIn = writer.CompareAnd("lt.u32", "isIn", x, context.Number("outWidth"), isIn);
                    isIn = writer.CompareAnd(
                        "lt.u32", "isIn", writer.Integer("sub.u32", "tapRow", row, firstRow), context.Number("kernelHeight"), isIn);
                    isIn = writer.CompareAnd(
                        "lt.u32", "isIn", writer.Integer("sub.u32", "tapColumn", column, firstColumn), context.Number("kernelWidth"), isIn);
                    writer.Line($"@!{isIn} bra {next}");
                    string place = writer.Integer("mad.lo.u32", "window", y, context.Number("outWidth"), x);
                    writer.Line($"add.u32 {place}, {place}, {of}");
                    if (isMaximum)
                        NotFirst(context, loop, (row, column), (firstRow, firstColumn), value, place, next);

                    string part = writer.Real("ld.global.nc.f32", "part", $"[{context.At("dy", place)}]");
                    if (!isMaximum)
                        part = writer.Real(
                            "div.rn.f32", "share", part, writer.Real("cvt.rn.f32.u32", "count", WindowKernels.Count(context, y, x)));

                    writer.Line($"add.rn.f32 {change}, {change}, {part}");
                    writer.Place(next);
                }));
                loop.Send(isGiven, "dx", at, [change], adds);
            });
        });

    /// <summary>Goes to the next window where the pixel is not its maximum, or another pixel before it is too.</summary>
    private static void NotFirst(
        LayerContext context, ChannelLoop loop, (string Row, string Column) pixel, (string Row, string Column) first, string value,
        string window, string next)
    {
        PtxWriter writer = context.Writer;
        string maximum = writer.Real("ld.global.nc.f32", "maximum", $"[{context.At("y", window)}]");
        writer.Line($"@{writer.Compare("neu.f32", "isLess", value, maximum)} bra {next}");
        string none = writer.Integer("mov.u32", "none", "0");
        writer.Loop("k", none, context.Number("kernelHeight"), "1", k => writer.Loop("l", none, context.Number("kernelWidth"), "1", l =>
        {
            string goesOn = writer.Label("goes_on"), y =
                writer.Integer("add.u32", "otherRow", first.Row, k), x = writer.Integer("add.u32", "otherColumn", first.Column, l);
            string isInside = writer.CompareAnd(
                "lt.u32", "isInside", x, context.Number("width"), writer.Compare("lt.u32", "isRow", y, context.Number("height")));
            writer.Line($"@!{isInside} bra {goesOn}");
            string at = writer.Integer(
                "mad.lo.u32", "other", y, context.Number("width"),
                x), own = writer.Integer("mad.lo.u32", "own", pixel.Row, context.Number("width"), pixel.Column);
            writer.Line($"@{writer.Compare("ge.u32", "isBehind", at, own)} bra {goesOn}");
            string value = writer.Real(
                "ld.global.nc.f32", "otherValue", $"[{context.At("x", writer.Integer("add.u32", "otherAt", at, loop.RowAt))}]");
            writer.Line($"@{writer.Compare("eq.f32", "isAsLarge", value, maximum)} bra {next}");
            writer.Place(goesOn);
        }));
    }
}
