namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// What a convolution's windows lie on as the right factor, without being laid out: a column for each pixel of the output. A table has,
/// for each depth, how far it lies from the window's first pixel, in floats, and in rows and columns, by which zeros around the image are
/// known.
/// </summary>
/// <param name="context">The kernel.</param>
/// <param name="pixel">Finds a pixel of the section: given the thread's column within the block.</param>
/// <param name="group">The group.</param>
internal sealed class ConvPixels(LayerContext context, Func<string, ConvPixel> pixel, string group) : ProductOperand
{
    /// <summary>A row that lies in no image: neither does one of its neighbours.</summary>
    public const int NoRow = 0x40000000;

    private readonly PtxWriter _writer = context.Writer;
    private string _top = "", _left = "", _window = "", _table = "", _factors = "", _isScaled = "", _factor = "";
    private int _count, _depthsApart;

    public override bool IsAlongDepth => false;

    public override void Begin(IReadOnlyList<string> depths, IReadOnlyList<string> lines)
    {
        ConvPixel at = pixel(lines[0]);
        string width = context.Number("width");
        _top = _writer.Integer("mad.lo.u32", "top", at.Row, context.Number("stride"), context.Number("top"));
        _left = _writer.Integer("mad.lo.u32", "left", at.Column, context.Number("stride"), context.Number("left"));

        // It may lie before the image: signed.
        string first = _writer.Integer(
            "mad.lo.u32", "window", _top, width, _left), distance = _writer.Wide("cvt.s64.s32", "distance", first);
        _writer.Line($"shl.b64 {distance}, {distance}, 2");
        string image = _writer.Integer("mul.lo.u32", "imageAt", at.Image, context.Number("xImage"));
        _writer.Line($"mad.lo.u32 {image}, {group}, {context.Number("xGroup")}, {image}");
        _window = context.At("x", image);
        _writer.Line($"add.s64 {_window}, {_window}, {distance}");
        _writer.Line($"selp.b32 {_top}, {_top}, {LayerContext.Text(NoRow)}, {at.IsThere}");
        _table = _writer.Wide("mad.wide.u32", "table", depths[0], "8", context["taps"]);
        (_count, _depthsApart) = (depths.Count, ProductTile.Depth / depths.Count);

        // A gate's factors of the input's channels: of convolutions that have no neighbours, so that the depth is the channel.
        _isScaled = context.IsGiven("factors");
        _factors = context.At("factors", _writer.Integer("mad.lo.u32", "factorAt", at.Image, context.Number("depth"), depths[0]));
        _factor = _writer.Float("factor");
    }

    public override string[] Load()
    {
        var values = new string[_count];
        for (int i = 0; i < values.Length; i++)
        {
            string distance = _writer.Index("distance"), tap = _writer.Index("tap"), isThere = _writer.Predicate("isPixel");
            _writer.Line($"ld.global.nc.v2.u32 {{{distance}, {tap}}}, {PtxPhrases.Place(_table, 8L * i * _depthsApart)}");
            string row = _writer.Integer("and.b32", "row", tap, "65535"), column = _writer.Integer("shr.u32", "column", tap, "16");
            _writer.Line($"add.u32 {row}, {row}, {_top}");
            _writer.Line($"add.u32 {column}, {column}, {_left}");
            _writer.Line($"setp.lt.u32 {isThere}, {row}, {context.Number("height")}");
            _writer.Line($"setp.lt.and.u32 {isThere}, {column}, {context.Number("width")}, {isThere}");
            string at = _writer.Wide("mad.wide.u32", "pixelAt", distance, "4", _window);
            values[i] = _writer.Real("mov.f32", "pixel", PtxWriter.Constant(0f));
            _writer.Line($"@{isThere} ld.global.nc.f32 {values[i]}, [{at}]");
            _writer.Line($"and.pred {isThere}, {isThere}, {_isScaled}");
            _writer.Line($"@{isThere} ld.global.nc.f32 {_factor}, {PtxPhrases.Place(_factors, 4L * i * _depthsApart)}");
            _writer.Line($"@{isThere} mul.rn.f32 {values[i]}, {values[i]}, {_factor}");
        }

        return values;
    }

    public override void Advance()
    {
        _writer.Line($"add.u64 {_table}, {_table}, {LayerContext.Text(ProductTile.Depth * 8)}");
        _writer.Line($"add.u64 {_factors}, {_factors}, {LayerContext.Text(ProductTile.Depth * 4)}");
    }
}

/// <summary>A pixel of an output.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Place">Its number within the image.</param>
/// <param name="Row">Its row.</param>
/// <param name="Column">Its column.</param>
/// <param name="IsThere">Whether there is such a pixel.</param>
internal sealed record ConvPixel(string Image, string Place, string Row, string Column, string IsThere);
