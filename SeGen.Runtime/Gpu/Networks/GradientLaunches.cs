using SeGen.CompilerServices;
using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>Launches of the way back through layers.</summary>
internal sealed class GradientLaunches(LayerLaunches layers, GpuWeights weights, GpuProgram program)
{
    private const int Threads = 128;

    private readonly HashSet<GpuValue> _there = new(ReferenceEqualityComparer.Instance);

    private int Images => layers.Images;

    /// <summary>Where a value's gradient goes, and whether another one is there to be added to.</summary>
    public (ulong Address, int Adds) Send(GpuValue value) => (value.Gradient, _there.Add(value) ? 0 : 1);

    /// <summary>A thread for each of so many numbers.</summary>
    public void Each(string kernel, int count, LaunchArguments arguments, bool isForInput = false)
        => program.Add(layers.Function(kernel), ProductTiles.Ceiling(count, Threads), Threads, arguments, isForInput: isForInput);

    /// <summary>The gradient of a convolution's input.</summary>
    public void ToInput(ConvGeometry shape, ulong dy, ulong given, GpuValue x)
    {
        (ulong to, int adds) = Send(x);
        TurnedConv.Side[] sides = TurnedConv.Sides(shape);
        if (adds == 0 && sides.Length < shape.Stride)
            Each("clear", Images * x.Length, new LaunchArguments().Address(to).Number(Images * x.Length), x.IsForInput);

        foreach (TurnedConv.Side rows in sides)
        {
            foreach (TurnedConv.Side columns in sides)
            {
                if (TurnedConv.Turn(shape, rows, columns) is not { } turned)
                    continue;

                int length = shape.Groups * shape.Rows * shape.GroupInputs * rows.Count * columns.Count;
                ulong filters = layers.Room(length);
                Each(
                    "turn", length,
                    new LaunchArguments()
                        .Address(given, filters).Number(length).Divisor(columns.Count).Divisor(rows.Count).Divisor(shape.Rows)
                            .Divisor(shape.GroupInputs)
                        .Number(
                            shape.KernelHeight, shape.KernelWidth, rows.First, columns.First,
                            rows.Count > 1 ? rows.Step : columns.Step), x.IsForInput);
                layers.Convolve(
                    program, turned, new ConvTensors(dy, filters, 0, to) { Residual = adds == 0 ? 0 : to }, Activation.Identity,
                    isForInput: x.IsForInput);
            }
        }
    }

    /// <summary>The gradients of a convolution's weights and bias.</summary>
    public void ToWeights(ConvGeometry shape, ulong dy, ulong x, string name)
    {
        ulong weight = weights.GradientOf($"{name}.weight"), bias = weights.GradientOf($"{name}.bias");
        if (bias != 0)
            ToBias(shape, dy, bias);

        if (shape.IsDepthwise)
        {
            int taps = shape.Channels * shape.KernelHeight * shape.KernelWidth;
            program.Add(
                layers.Function("depthwise_weight_gradient"), ProductTiles.Ceiling(taps, Threads / 32), Threads,
                new LaunchArguments()
                    .Address(dy, x, weight).Number(taps).Divisor(shape.KernelWidth).Divisor(shape.KernelHeight).Divisor(shape.Rows)
                        .Number(Images, shape.OutPixels).Divisor(shape.OutWidth)
                    .Number(
                        shape.Height, shape.Width, shape.Stride, shape.Top, shape.Left, shape.Dilation, shape.Channels, shape.InChannels));
            return;
        }

        var launch = new ConvGradientLaunch(shape, Images, layers.Processors);
        ulong parts = layers.Scratch((long)launch.Plan.Splits * launch.Length);
        program.Add(
            layers.Product($"weight_gradient_{launch.Plan.Tile.Name}", shape.IsDense), launch.Grid, launch.Plan.Tile.Threads,
            launch.Arguments(dy, x, layers.Table(shape), parts));
        AddParts(parts, weight, launch.Length, launch.Plan.Splits);
    }

    /// <summary>Adds up parts that lie one behind the other.</summary>
    public void AddParts(ulong parts, ulong to, int length, int count)
        => Each("add_parts", length, new LaunchArguments().Address(parts, to).Number(length, count, length));

    /// <summary>A matrix's gradient from two vectors of each image.</summary>
    public void Outer(ulong left, ulong right, ulong to, int rows, int columns)
        => Each(
            "outer", rows * columns, new LaunchArguments().Address(left, right, to).Number(rows * columns, Images, rows).Divisor(columns));

    private void ToBias(ConvGeometry shape, ulong dy, ulong bias)
    {
        var value = new GpuValue(shape.Channels, shape.OutHeight, shape.OutWidth, dy);
        int parts = Images * layers.Channels(value).Chunks;
        ulong sums = layers.Room((long)parts * shape.Channels);
        layers.Squeeze(program, value, dy, sums, 0);
        AddParts(sums, bias, shape.Channels, parts);
    }
}
