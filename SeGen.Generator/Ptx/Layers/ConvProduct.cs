namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// y = act(scale (W * x) + shift + residual): a convolution as a product of its weights with what its windows lie on, which no one lays out
/// (Chetlur et al., cuDNN: Efficient Primitives for Deep Learning, 2014, section 3). Sizes, taps, strides and groups come with the launch;
/// dense layers and the gradient of an input are such convolutions too.
/// </summary>
internal static class ConvProduct
{
    /// <summary>Parameters that are addresses; factors, scale, shift, residual and sums may be 0.</summary>
    public static readonly string[] Arrays = ["x", "weights", "taps", "factors", "y", "scale", "shift", "residual", "sums"];

    /// <summary>Those that are numbers.</summary>
    public static readonly string[] Numbers =
    [
        "depth", "splitDepth", "height", "width", "stride", "top", "left", "xImage", "xGroup", "rows", "rowsOfAll", "rowTiles", "section",
        "sectionTiles",
        .. LayerContext.Divisor("outPixels"), .. LayerContext.Divisor("outWidth"), "yImage", "yChannel", "yRow", "yColumn", "yFirst",
        "ySplit", "isPartial", "isVector",
        .. ActivationCode.Numbers,
    ];

    /// <summary>A kernel's name: "conv_64x64".</summary>
    public static string Name(ProductTile tile) => $"conv_{tile.Name}";

    /// <summary>Writes a kernel.</summary>
    /// <param name="tile">What a block computes.</param>
    /// <param name="activation">The activations that layers have.</param>
    /// <param name="onTensorCores">Whether products are TF32's.</param>
    public static string Write(ProductTile tile, ActivationCode activation, bool onTensorCores = false)
        => LayerContext.Kernel(Name(tile), tile.Threads, Arrays, Numbers, context => Write(context, tile, activation, onTensorCores));

    private static void Write(LayerContext context, ProductTile tile, ActivationCode activation, bool onTensorCores)
    {
        PtxWriter writer = context.Writer;
        writer.Phase("The block's pixels, which all lie in one section: the batch, or an image.");
        string block = context.Block("x", "block"), sectionTiles = context.Number("sectionTiles");
        string section = writer.Integer(
            "div.u32", "ofSection", block, sectionTiles), columnTile = writer.Integer("rem.u32", "columnTile", block, sectionTiles);
        string firstColumn = writer.Integer("mul.lo.u32", "firstColumn", columnTile, LayerContext.Text(tile.Columns));
        string firstPixel = writer.Integer("mul.lo.u32", "firstPixel", section, context.Number("section"));

        writer.Phase("Its channels, which all lie in one group.");
        string row = context.Block("y", "rowBlock"), rowTiles = context.Number("rowTiles");
        string group = writer.Integer("div.u32", "group", row, rowTiles), rowTile = writer.Integer("rem.u32", "rowTile", row, rowTiles);
        string firstRow = writer.Integer("mul.lo.u32", "firstRow", rowTile, LayerContext.Text(tile.Rows));

        writer.Phase("Its part of the depth.");
        string split = context.Block("z", "split"), first = writer.Integer("mul.lo.u32", "first", split, context.Number("splitDepth"));
        string end = writer.Integer("add.u32", "end", first, context.Number("splitDepth"));
        writer.Line($"min.u32 {end}, {end}, {context.Number("depth")}");
        context.Know("stride", "top", "left", "height", "width", "xImage", "xGroup", "rows", "rowsOfAll", "section");
        context.Know([.. LayerContext.Divisor("outPixels"), .. LayerContext.Divisor("outWidth")]);

        IProductLoop loop = onTensorCores ? new TensorLoop(context, tile) : new ProductLoop(context, tile);
        string[][] sums = loop.Run(new ConvWeights(context, firstRow, group), new ConvPixels(context, Pixel, group), first, end);
        new ConvFinish(context, loop, activation).Write(sums, Pixel, split, group, firstRow, block);

        ConvPixel Pixel(string column)
        {
            string ofSection = writer.Integer("add.u32", "pixelOfSection", firstColumn, column);
            string isThere = writer.Compare("lt.u32", "isThere", ofSection, context.Number("section"));
            (string image, string place) = context.Divide(
                writer.Integer("add.u32", "pixelOfBatch", firstPixel, ofSection), "outPixels", "image", "place");
            (string y, string x) = context.Divide(place, "outWidth", "rowOf", "columnOf");
            return new ConvPixel(image, place, y, x, isThere);
        }
    }
}
