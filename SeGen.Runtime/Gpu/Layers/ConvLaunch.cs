namespace SeGen.Cuda.Layers;

/// <summary>What a convolution reads and writes, as addresses; 0 for what is not there.</summary>
/// <param name="X">The input.</param>
/// <param name="Weights">The weights.</param>
/// <param name="Taps">The table of <see cref="ConvGeometry.Taps"/>.</param>
/// <param name="Y">The output.</param>
internal sealed record ConvTensors(ulong X, ulong Weights, ulong Taps, ulong Y)
{
    /// <summary>A gate's factors of the input's channels.</summary>
    public ulong Factors { get; init; }

    /// <summary>A factor of each channel of the output.</summary>
    public ulong Scale { get; init; }

    /// <summary>What is added to each channel.</summary>
    public ulong Shift { get; init; }

    /// <summary>What is added to each value.</summary>
    public ulong Residual { get; init; }

    /// <summary>The sums of each channel, for a gate.</summary>
    public ulong Sums { get; init; }

    /// <summary>Room for the parts of a split depth.</summary>
    public ulong Parts { get; init; }
}

/// <summary>A convolution's launch for a batch on a device: grids and arguments of its kernels.</summary>
internal sealed class ConvLaunch
{
    private readonly ConvGeometry _shape;
    private readonly int _images, _section, _sections;

    /// <param name="shape">The convolution.</param>
    /// <param name="images">Images.</param>
    /// <param name="hasSums">Whether the sums of each channel are wanted, so that blocks keep to one image.</param>
    /// <param name="processors">Multiprocessors of the device.</param>
    /// <param name="plan">How it is shared out; null for the best.</param>
    public ConvLaunch(ConvGeometry shape, int images, bool hasSums, int processors, ProductPlan? plan = null)
    {
        (_shape, _images) = (shape, images);
        (_section, _sections) = hasSums ? (shape.OutPixels, images) : (shape.OutPixels * images, 1);
        Plan = plan ?? ProductTiles.Choose(
            shape.Rows, shape.Groups, _section, _sections, shape.Depth, processors, shape.Lattice is null ? ProductTiles.MostSplits : 1);
    }

    public ProductPlan Plan { get; }

    public bool IsSplit => Plan.Splits > 1;

    /// <summary>Chunks that sums are left for.</summary>
    public int SumParts => SectionTiles;

    /// <summary>Floats of the parts of a split depth.</summary>
    public long PartsLength => IsSplit ? (long)Plan.Splits * OutLength : 0;

    public GpuGrid Grid => new(_sections * SectionTiles, _shape.Groups * RowTiles, Plan.Splits);

    private int OutLength => checked(_images * _shape.Channels * _shape.OutPlane);

    private int SectionTiles => ProductTiles.Ceiling(_section, Plan.Tile.Columns);

    private int RowTiles => ProductTiles.Ceiling(_shape.Rows, Plan.Tile.Rows);

    /// <summary>In the order of ConvProduct's parameters, in the generator.</summary>
    /// <param name="tensors">Addresses.</param>
    /// <param name="activation">The activation at its end, unless its depth is split.</param>
    public LaunchArguments Arguments(ConvTensors tensors, Activation activation)
    {
        LaunchArguments arguments = new LaunchArguments().Address(tensors.X, tensors.Weights, tensors.Taps, tensors.Factors);
        if (IsSplit)
            arguments.Address(tensors.Parts, 0, 0, 0, 0);
        else
            arguments.Address(tensors.Y, tensors.Scale, tensors.Shift, tensors.Residual, tensors.Sums);

        int plane = _shape.OutPlane, inPlane = _shape.Height * _shape.Width;
        ConvLattice lattice = _shape.Lattice ?? new(_shape.OutHeight, _shape.OutWidth, 1, 0, 0);
        return arguments
            .Number(_shape.Depth, Plan.SplitDepth, _shape.Height, _shape.Width, _shape.Stride, _shape.Top, _shape.Left)
            .Number(
                _shape.InChannels * inPlane, _shape.GroupInputs * inPlane, _shape.Rows, _shape.Channels, RowTiles, _section, SectionTiles)
            .Divisor(_shape.OutPixels).Divisor(_shape.OutWidth)
            .Number(
                _shape.Channels * plane, plane, lattice.Width * lattice.Step, lattice.Step, lattice.Row * lattice.Width + lattice.Column)
            .Number(OutLength, IsSplit ? 1 : 0, _shape.IsVector ? 1 : 0)
            .Activation(activation);
    }
}
