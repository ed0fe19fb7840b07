using System.ComponentModel;
using SeGen.Cuda;
using SeGen.Cuda.Layers;
using SeGen.Cuda.Networks;

namespace SeGen.CompilerServices;

/// <summary>The steps of a network on a device, for a batch of one size: generated code says what they are, and this makes launches of them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuSteps : IDisposable
{
    private const int ExciteThreads = 256, ExciteWarps = ExciteThreads / 32;

    private readonly GpuContext _context;
    private readonly CudaModule _module;
    private readonly GpuWeights _weights;
    private readonly NormFolds _norms;
    private readonly int _images;
    private readonly CudaMemory _arena;
    private readonly List<CudaMemory> _memory = [];
    private readonly Dictionary<(int, int, int, int, int, int), CudaMemory> _tables = [];
    private long _scratchLength;

    internal GpuSteps(GpuContext context, CudaModule module, GpuWeights weights, NormFolds norms, int images, long arenaLength)
    {
        (_context, _module, _weights, _norms, _images) = (context, module, weights, norms, images);
        _arena = new CudaMemory(context.Device, Math.Max(1, arenaLength));
    }

    internal GpuProgram Program { get; } = new();

    internal string Text => $"{Program.Count} kernels";

    /// <summary>A value in between.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="at">Floats of an image that stand before it in the arena.</param>
    public GpuValue Value(int channels, int height, int width, int at) => new(channels, height, width, _arena.Address + (ulong)at * (ulong)_images * sizeof(float));

    /// <summary>A convolution.</summary>
    public void Convolve(GpuValue x, GpuValue y, GpuConv conv)
    {
        var shape = new ConvGeometry(
            conv.Groups, x.Channels, y.Channels, x.Height, x.Width, conv.Kernel, conv.Kernel, conv.Stride, -conv.Padding, -conv.Padding, conv.Dilation, y.Height, y.Width);
        (ulong scale, ulong shift) = Affine(conv.Norm, $"{conv.Name}.bias");
        ulong weights = _weights.Of($"{conv.Name}.weight");
        if (shape.IsDepthwise)
            Depthwise(shape, conv, x, y, weights, scale, shift);
        else
            Multiply(shape, conv, x, y, weights, scale, shift);
    }

    /// <summary>A dense layer: a convolution of one pixel.</summary>
    public void Linear(GpuValue x, GpuValue y, string name, Activation activation = Activation.Identity)
    {
        var shape = new ConvGeometry(1, x.Length, y.Channels, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1);
        Multiply(shape, new GpuConv(name, 1) { Activation = activation }, x, y, _weights.Of($"{name}.weight"), 0, _weights.Of($"{name}.bias"));
    }

    /// <summary>act(factor norm(x) + residual).</summary>
    public void Pointwise(GpuValue x, GpuValue y, GpuPointwise step)
    {
        (ulong scale, ulong shift) = Affine(step.Norm, "");
        var launch = new ChannelLaunch(_images, x.Channels, x.Pixels);
        Program.Add(
            _module.Function(Name("pointwise", x.Pixels)), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(x.Address, y.Address, step.Factors?.Address ?? 0, scale, shift, step.Residual?.Address ?? 0).Activation(step.Activation));
    }

    /// <summary>The maximum or the mean of each window.</summary>
    public void Pool(GpuValue x, GpuValue y, bool isMaximum, int kernel, int stride, int padding)
    {
        var launch = new ChannelLaunch(_images, y.Channels, y.Pixels);
        Program.Add(
            _module.Function(isMaximum ? "max_pool" : "average_pool"), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(x.Address, y.Address).Divisor(y.Width).Number(x.Height, x.Width, kernel, kernel, stride, -padding, -padding, 1, x.Height + padding, x.Width + padding));
    }

    /// <summary>The mean over the pixels of each channel.</summary>
    public void Mean(GpuValue x, GpuValue y)
    {
        // A warp has all pixels of a channel, since nobody adds chunks up.
        int units = _images * x.Channels;
        Program.Add(
            _module.Function(Name("mean", x.Pixels)), ProductTiles.Ceiling(units, ChannelLaunch.Threads / 32), ChannelLaunch.Threads,
            new LaunchArguments().Address(x.Address, y.Address).Number(units).Divisor(1).Divisor(x.Channels).Number(x.Pixels, x.Pixels).Real(1f / x.Pixels));
    }

    /// <summary>The factors of a gate.</summary>
    public void Gate(GpuValue x, GpuValue factors, GpuGate gate)
    {
        int channels = x.Channels;
        ulong hidden = 0;
        if (gate.Hidden > 0)
        {
            hidden = Room((long)_images * gate.Hidden);
            (ulong sums, ulong maxima, int parts) = Squeezed(x, gate);
            float share = (float)(1.0 / (gate.Squeeze == Squeeze.SumOverHPlusW ? x.Height + x.Width : x.Pixels));
            int shared = channels * sizeof(float);
            Program.Add(
                _module.Function($"reduce{Suffix(gate.Activation)}", shared), new GpuGrid(ProductTiles.Ceiling(gate.Hidden, ExciteWarps), _images), ExciteThreads,
                new LaunchArguments().Address(sums, maxima, _weights.Of($"{gate.Name}fc1.weight"), _weights.Of($"{gate.Name}fc1.bias"), 0, 0, hidden).Number(parts, channels, gate.Hidden).Real(share),
                shared);
        }

        // Of a gate without a hidden layer there are no weights to be read.
        Program.Add(
            _module.Function($"expand_{gate.Gate.ToString().ToLowerInvariant()}"), new GpuGrid(ProductTiles.Ceiling(channels, ExciteWarps), _images), ExciteThreads,
            new LaunchArguments().Address(hidden, _weights.Of($"{gate.Name}fc2.weight"), _weights.Of($"{gate.Name}fc2.bias"), 0, factors.Address).Number(channels, gate.Hidden));
    }

    /// <summary>Gives the device's memory back.</summary>
    public void Dispose()
    {
        _arena.Dispose();
        foreach (CudaMemory memory in _memory.Concat(_tables.Values))
            memory.Dispose();
    }

    /// <summary>After the last step: what was to be known of all of them.</summary>
    internal void End()
    {
        if (_scratchLength > 0)
            Program.ScratchAddress = Room(_scratchLength);
    }

    private (ulong Scale, ulong Shift) Affine(NormSource? norm, string bias) => norm is null ? (0, _weights.Of(bias)) : _norms.Of(norm, bias);

    private void Multiply(ConvGeometry shape, GpuConv conv, GpuValue x, GpuValue y, ulong weights, ulong scale, ulong shift)
    {
        var launch = new ConvLaunch(shape, _images, conv.Sums is not null, _context.Device.Processors);
        var tensors = new ConvTensors(x.Address, weights, Table(shape), y.Address)
        {
            Factors = conv.Factors?.Address ?? 0,
            Scale = scale,
            Shift = shift,
            Residual = conv.Residual?.Address ?? 0,
            Sums = Sums(conv.Sums, launch.IsSplit ? new ChannelLaunch(_images, shape.Channels, shape.OutPixels).Chunks : launch.SumParts, shape.Channels),
        };
        if (launch.IsSplit)
        {
            _scratchLength = Math.Max(_scratchLength, launch.PartsLength);
            tensors = tensors with { Parts = GpuProgram.Scratch };
        }

        Program.Add(_module.Function($"conv_{launch.Plan.Tile.Name}"), launch.Grid, launch.Plan.Tile.Threads, launch.Arguments(tensors, conv.Activation));
        if (!launch.IsSplit)
            return;

        var join = new ChannelLaunch(_images, shape.Channels, shape.OutPixels);
        Program.Add(
            _module.Function(Name("join", shape.OutPixels)), join.Grid, ChannelLaunch.Threads,
            join.Arguments(tensors.Parts, y.Address, scale, shift, tensors.Residual, tensors.Sums).Number(launch.Plan.Splits, _images * y.Length).Activation(conv.Activation));
    }

    private void Depthwise(ConvGeometry shape, GpuConv conv, GpuValue x, GpuValue y, ulong weights, ulong scale, ulong shift)
    {
        var launch = new ChannelLaunch(_images, y.Channels, y.Pixels);
        Program.Add(
            _module.Function("depthwise"), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(x.Address, weights, y.Address, scale, shift, conv.Residual?.Address ?? 0, Sums(conv.Sums, launch.Chunks, y.Channels))
                .Divisor(shape.OutWidth).Number(shape.Height, shape.Width, shape.KernelHeight, shape.KernelWidth, shape.Stride, shape.Top, shape.Left, shape.Dilation)
                .Number(shape.InChannels).Divisor(shape.Rows).Number(shape.OutWidth, 1, 0, shape.OutPixels).Activation(conv.Activation));
    }

    private (ulong Sums, ulong Maxima, int Parts) Squeezed(GpuValue x, GpuGate gate)
    {
        if (gate.Sums is { } left)
            return (left.Address, 0, left.Parts);

        var launch = new ChannelLaunch(_images, x.Channels, x.Pixels);
        long length = (long)_images * launch.Chunks * x.Channels;
        ulong sums = gate.Squeeze == Squeeze.Max ? 0 : Room(length), maxima = gate.Squeeze is Squeeze.Max or Squeeze.MeanMaxAverage ? Room(length) : 0;
        Program.Add(_module.Function(Name("squeeze", x.Pixels)), launch.Grid, ChannelLaunch.Threads, launch.Arguments(x.Address, sums, maxima));
        return (sums, maxima, launch.Chunks);
    }

    private ulong Sums(GpuSums? sums, int parts, int channels)
    {
        if (sums is null)
            return 0;

        (sums.Parts, sums.Address) = (parts, Room((long)_images * parts * channels));
        return sums.Address;
    }

    private ulong Room(long floats)
    {
        var memory = new CudaMemory(_context.Device, floats);
        _memory.Add(memory);
        return memory.Address;
    }

    /// <summary>The table of a convolution's taps; layers of the same shape share one.</summary>
    private ulong Table(ConvGeometry shape)
    {
        var key = (shape.GroupInputs, shape.Height, shape.Width, shape.KernelHeight, shape.KernelWidth, shape.Dilation);
        if (!_tables.TryGetValue(key, out CudaMemory? table))
        {
            uint[] taps = shape.Taps();
            _tables[key] = table = new CudaMemory(_context.Device, taps.Length);
            _context.Upload(table, taps);
        }

        return table.Address;
    }

    private static string Name(string what, int pixels) => pixels % 4 == 0 ? what : what + "_ragged";

    private static string Suffix(Activation activation) => activation == Activation.Identity ? "" : "_" + activation.ToString().ToLowerInvariant();
}
