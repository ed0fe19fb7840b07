namespace SeGen.Cuda.Layers;

/// <summary>
/// The launch of a kernel for the gradient of a convolution's weights: pixels are shared out among blocks, whose sums are added up behind
/// it.
/// </summary>
internal sealed class ConvGradientLaunch
{
    private readonly ConvGeometry _shape;
    private readonly int _images;

    public ConvGradientLaunch(ConvGeometry shape, int images, int processors)
    {
        (_shape, _images) = (shape, images);
        Plan = ProductTiles.Choose(shape.Rows, shape.Groups, shape.Depth, 1, Pixels, processors);
    }

    public ProductPlan Plan { get; }

    /// <summary>Floats of the weights.</summary>
    public int Length => checked(_shape.Channels * _shape.Depth);

    public GpuGrid Grid => new(ProductTiles.Ceiling(_shape.Depth, Plan.Tile.Columns), _shape.Groups * RowTiles, Plan.Splits);

    private int Pixels => checked(_images * _shape.OutPixels);

    private int RowTiles => ProductTiles.Ceiling(_shape.Rows, Plan.Tile.Rows);

    /// <summary>In the order of ConvGradientProduct's parameters, in the generator.</summary>
    public LaunchArguments Arguments(ulong dy, ulong x, ulong taps, ulong parts)
    {
        int inPlane = _shape.Height * _shape.Width;
        return new LaunchArguments()
            .Address(dy, x, taps, parts)
            .Number(Pixels, Plan.SplitDepth, _shape.Height, _shape.Width, _shape.Stride, _shape.Top, _shape.Left)
            .Number(_shape.InChannels * inPlane, _shape.GroupInputs * inPlane, _shape.Channels * _shape.OutPixels, _shape.OutPixels)
            .Number(_shape.Rows, RowTiles, _shape.Depth, Length)
            .Divisor(_shape.OutPixels).Divisor(_shape.OutWidth);
    }
}
