namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>
/// The gradient of a convolution's weights, dW[o, (i, t)] = sum over images and pixels of dy[o, p] x[i, p s + t]: a product of dy with
/// what the windows lie on, along the pixels. These are shared out among blocks too, whose sums another kernel adds up, in their order.
/// </summary>
internal static class ConvGradientProduct
{
    /// <summary>Parameters that are addresses.</summary>
    public static readonly string[] Arrays = ["dy", "x", "taps", "parts"];

    /// <summary>Those that are numbers; the depth is that of the convolution, and pixels are those of the batch.</summary>
    public static readonly string[] Numbers =
    [
        "pixels", "splitDepth", "height", "width", "stride", "top", "left", "xImage", "xGroup", "yImage", "yChannel", "rows", "rowTiles",
        "depth", "partLength",
        .. LayerContext.Divisor("outPixels"), .. LayerContext.Divisor("outWidth"),
    ];

    public static string Name(ProductTile tile) => $"weight_gradient_{tile.Name}";

    /// <summary>Writes a kernel.</summary>
    /// <param name="tile">What a block computes.</param>
    /// <param name="onTensorCores">Whether products are TF32's.</param>
    public static string Write(ProductTile tile, bool onTensorCores = false)
        => LayerContext.Kernel(Name(tile), tile.Threads, Arrays, Numbers, context =>
    {
        PtxWriter writer = context.Writer;
        writer.Phase("The block's channels of the output, which all lie in one group, its input channels and taps, and its pixels.");
        string firstColumn = writer.Integer("mul.lo.u32", "firstColumn", context.Block("x", "columnTile"), LayerContext.Text(tile.Columns));
        string row = context.Block("y", "rowBlock"), rowTiles = context.Number("rowTiles");
        string group = writer.Integer("div.u32", "group", row, rowTiles), rowTile = writer.Integer("rem.u32", "rowTile", row, rowTiles);
        string firstRow = writer.Integer("mul.lo.u32", "firstRow", rowTile, LayerContext.Text(tile.Rows));
        string split = context.Block("z", "split"), first = writer.Integer("mul.lo.u32", "first", split, context.Number("splitDepth"));
        string end = writer.Integer("add.u32", "end", first, context.Number("splitDepth"));
        writer.Line($"min.u32 {end}, {end}, {context.Number("pixels")}");
        context.Know(Numbers);

        IProductLoop loop = onTensorCores ? new TensorLoop(context, tile) : new ProductLoop(context, tile);
        var pixel = new GradientPixel(context, end);
        string[][] sums = loop.Run(
            new OutputGradients(context, pixel, firstRow, group), new WindowedPixels(context, pixel, firstColumn, group), first, end);

        writer.Phase("The sums of this part of the pixels.");
        string below = loop.FirstRow(firstRow), beside = loop.FirstColumn();
        writer.Line($"add.u32 {beside}, {beside}, {firstColumn}");
        string start = writer.Integer(
            "mul.lo.u32", "start", split,
            context.Number("partLength")), ofGroup = writer.Integer("mul.lo.u32", "rowsBefore", group, context.Number("rows"));
        string mine = writer.Index("mine"), column = writer.Index("column"), at =
            writer.Index("at"), isRow = writer.Predicate("isRow"), isHere = writer.Predicate("isHere"), address = writer.Address("address");
        for (int r = 0; r < sums.Length; r++)
        {
            writer.Line($"add.u32 {mine}, {below}, {LayerContext.Text(loop.Rows[r])}");
            writer.Line($"setp.lt.u32 {isRow}, {mine}, {context.Number("rows")}");
            writer.Line($"add.u32 {mine}, {mine}, {ofGroup}");
            writer.Line($"mad.lo.u32 {mine}, {mine}, {context.Number("depth")}, {start}");
            for (int c = 0; c < sums[r].Length; c++)
            {
                writer.Line($"add.u32 {column}, {beside}, {LayerContext.Text(loop.Columns[c])}");
                writer.Line($"setp.lt.and.u32 {isHere}, {column}, {context.Number("depth")}, {isRow}");
                writer.Line($"add.u32 {at}, {mine}, {column}");
                writer.Line($"mad.wide.u32 {address}, {at}, 4, {context["parts"]}");
                writer.Line($"@{isHere} st.global.f32 [{address}], {sums[r][c]}");
            }
        }
    });

    /// <summary>The pixel that a thread loads in a step, of both factors.</summary>
    private sealed class GradientPixel(LayerContext context, string end)
    {
        private string _number = "";

        public string Image { get; private set; } = "";

        public string Place { get; private set; } = "";

        public string Row { get; private set; } = "";

        public string Column { get; private set; } = "";

        public string IsThere { get; private set; } = "";

        public void Begin(string number)
        {
            if (_number.Length == 0)
                _number = context.Writer.Integer("mov.u32", "pixel", number);
        }

        /// <summary>Finds the step's pixel.</summary>
        public void Find()
        {
            IsThere = context.Writer.Compare("lt.u32", "isPixel", _number, end);
            (Image, Place) = context.Divide(_number, "outPixels", "image", "place");
            (Row, Column) = context.Divide(Place, "outWidth", "rowOf", "columnOf");
        }

        public void Advance() => context.Writer.Line($"add.u32 {_number}, {_number}, {LayerContext.Text(ProductTile.Depth)}");
    }

    /// <summary>A row for each channel of the output's gradient.</summary>
    private sealed class OutputGradients(LayerContext context, GradientPixel pixel, string firstRow, string group) : ProductOperand
    {
        private readonly PtxWriter _writer = context.Writer;
        private string[] _planes = [], _isThere = [];

        public override bool IsAlongDepth => true;

        public override void Begin(IReadOnlyList<string> depths, IReadOnlyList<string> lines)
        {
            pixel.Begin(depths[0]);
            string ofGroup = _writer.Integer("mul.lo.u32", "rowOfGroup", group, context.Number("rows"));
            (_planes, _isThere) = (new string[lines.Count], new string[lines.Count]);
            for (int i = 0; i < lines.Count; i++)
            {
                string row = _writer.Integer("add.u32", "row", firstRow, lines[i]);
                _isThere[i] = _writer.Compare("lt.u32", "isRow", row, context.Number("rows"));
                _planes[i] = _writer.Integer(
                    "mul.lo.u32", "plane", _writer.Integer("add.u32", "channel", ofGroup, row), context.Number("yChannel"));
            }
        }

        public override string[] Load()
        {
            pixel.Find();
            string image = _writer.Integer(
                "mad.lo.u32", "imageAt", pixel.Image, context.Number("yImage"), pixel.Place), isHere = _writer.Predicate("isHere");
            return [.. _planes.Select((plane, i) =>
            {
                string value = _writer.Real("mov.f32", "change", PtxWriter.Constant(0f));
                _writer.Line($"and.pred {isHere}, {pixel.IsThere}, {_isThere[i]}");
                _writer.Line($"@{isHere} ld.global.nc.f32 {value}, "
                    + $"[{context.At("dy", _writer.Integer("add.u32", "changeAt", image, plane))}]");
                return value;
            })];
        }

        public override void Advance()
        {
            // The other factor moves the pixel on, behind which this one is loaded first.
        }
    }

    /// <summary>A column for each input channel and tap.</summary>
    private sealed class WindowedPixels(LayerContext context, GradientPixel pixel, string firstColumn, string group) : ProductOperand
    {
        private readonly PtxWriter _writer = context.Writer;
        private (string Distance, string Row, string Column, string IsThere)[] _taps = [];
        private string _group = "";

        public override bool IsAlongDepth => true;

        public override void Begin(IReadOnlyList<string> depths, IReadOnlyList<string> lines)
        {
            pixel.Begin(depths[0]);
            _group = _writer.Integer("mul.lo.u32", "groupAt", group, context.Number("xGroup"));
            _taps = [.. lines.Select(line =>
            {
                string column = _writer.Integer(
                    "add.u32", "tapNumber", firstColumn,
                    line), isThere = _writer.Compare("lt.u32", "isTap", column, context.Number("depth"));
                string distance = _writer.Integer("mov.u32", "distance", "0"), tap = _writer.Integer("mov.u32", "tap", "0");
                _writer.Line($"@{isThere} ld.global.nc.v2.u32 {{{distance}, {tap}}}, "
                    + $"[{_writer.Wide("mad.wide.u32", "tapAt", column, "8", context["taps"])}]");
                return (distance, _writer.Integer("and.b32", "tapRow", tap, "65535"), _writer.Integer("shr.u32", "tapColumn", tap, "16"), isThere);
            })];
        }

        public override string[] Load()
        {
            string top = _writer.Integer("mad.lo.u32", "top", pixel.Row, context.Number("stride"), context.Number("top"));
            string left = _writer.Integer("mad.lo.u32", "left", pixel.Column, context.Number("stride"), context.Number("left"));

            // It may lie before the image, and with a tap's distance does not: numbers of 32 bits come round.
            string window = _writer.Integer("mad.lo.u32", "window", top, context.Number("width"), left);
            _writer.Line($"mad.lo.u32 {window}, {pixel.Image}, {context.Number("xImage")}, {window}");
            _writer.Line($"add.u32 {window}, {window}, {_group}");
            string row = _writer.Index("row"), column = _writer.Index("column"), isHere = _writer.Predicate("isHere");
            return [.. _taps.Select(tap =>
            {
                string value = _writer.Real("mov.f32", "value", PtxWriter.Constant(0f));
                _writer.Line($"add.u32 {row}, {top}, {tap.Row}");
                _writer.Line($"add.u32 {column}, {left}, {tap.Column}");
                _writer.Line($"setp.lt.and.u32 {isHere}, {row}, {context.Number("height")}, {pixel.IsThere}");
                _writer.Line($"setp.lt.and.u32 {isHere}, {column}, {context.Number("width")}, {isHere}");
                _writer.Line($"and.pred {isHere}, {isHere}, {tap.IsThere}");
                _writer.Line($"@{isHere} ld.global.nc.f32 {value}, "
                    + $"[{context.At("x", _writer.Integer("add.u32", "valueAt", window, tap.Distance))}]");
                return value;
            })];
        }

        public override void Advance() => pixel.Advance();
    }
}
