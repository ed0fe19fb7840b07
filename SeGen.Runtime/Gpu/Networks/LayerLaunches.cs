using SeGen.CompilerServices;
using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>
/// Launches of layers for a batch of one size, which inference and both ways of training have in common, and the memory that they need.
/// </summary>
internal sealed class LayerLaunches(GpuContext context, NetworkModules modules, int images) : IDisposable
{
    private const int ExciteThreads = 256, ExciteWarps = ExciteThreads / 32;

    private readonly List<CudaMemory> _memory = [];
    private readonly Dictionary<(int, int, int, int, int, int), CudaMemory> _tables = [];

    public int Images => images;

    public int Processors => context.Device.Processors;

    /// <summary>Floats of the room that steps use one after the other.</summary>
    public long ScratchLength { get; private set; }

    public CudaFunction Function(string name, int shared = 0) => modules.Layers.Function(name, shared);

    /// <summary>A product, on tensor cores where there are any; dense layers are fp32's, as PyTorch has them.</summary>
    public CudaFunction Product(string name, bool isDense) => (isDense ? modules.Layers : modules.Products).Function(name);

    /// <summary>Memory of a step's own.</summary>
    public ulong Room(long floats)
    {
        var memory = new CudaMemory(context.Device, Math.Max(1, floats));
        _memory.Add(memory);
        return memory.Address;
    }

    /// <summary>Memory that steps use one after the other.</summary>
    public ulong Scratch(long floats)
    {
        ScratchLength = Math.Max(ScratchLength, floats);
        return GpuProgram.Scratch;
    }

    /// <summary>The table of a convolution's taps; layers of the same shape share one.</summary>
    public ulong Table(ConvGeometry shape)
    {
        var key = (shape.GroupInputs, shape.Height, shape.Width, shape.KernelHeight, shape.KernelWidth, shape.Dilation);
        if (!_tables.TryGetValue(key, out CudaMemory? table))
        {
            uint[] taps = shape.Taps();
            _tables[key] = table = new CudaMemory(context.Device, taps.Length);
            context.Upload(table, taps);
        }

        return table.Address;
    }

    /// <summary>A convolution, or a dense layer.</summary>
    /// <param name="program">Where launches go.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="tensors">What it reads and writes; its table and room for parts are found here, and for sums where they are asked
    /// for.</param>
    /// <param name="activation">The activation at its end.</param>
    /// <param name="sums">Where sums of each channel go, or null.</param>
    /// <param name="isForInput">Whether only the input's gradient comes of it.</param>
    public void Convolve(
        GpuProgram program, ConvGeometry shape, ConvTensors tensors, Activation activation, GpuSums? sums = null, bool isForInput = false)
    {
        if (shape.IsDepthwise)
            Depthwise(program, shape, tensors, activation, sums, isForInput);
        else
            Multiply(program, shape, tensors, activation, sums, isForInput);
    }

    /// <summary>act(factor (scale x + shift) + residual).</summary>
    public void Pointwise(
        GpuProgram program, GpuValue shape, ulong x, ulong y, Activation activation = Activation.Identity, ulong factors = 0,
        ulong scale = 0, ulong shift = 0, ulong residual = 0)
    {
        ChannelLaunch launch = Channels(shape);
        program.Add(
            Function(Name("pointwise", shape.Pixels)), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(x, y, factors, scale, shift, residual).Activation(activation));
    }

    /// <summary>The maximum or the mean of each window.</summary>
    public void Pool(GpuProgram program, GpuValue x, GpuValue y, bool isMaximum, int kernel, int stride, int padding)
    {
        ChannelLaunch launch = Channels(y);
        program.Add(
            Function(isMaximum ? "max_pool" : "average_pool"), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(x.Address, y.Address).Divisor(y.Width).Number(
                x.Height, x.Width, kernel, kernel, stride, -padding, -padding, 1, x.Height + padding, x.Width + padding));
    }

    /// <summary>The mean over the pixels of each channel.</summary>
    public void Mean(GpuProgram program, GpuValue x, GpuValue y)
        => program.Add(
            Function(Name("average", x.Pixels)), WholeGrid(x), ChannelLaunch.Threads, Whole(x, x.Address, y.Address).Real(1f / x.Pixels));

    /// <summary>The sums and the maxima of each channel, chunk by chunk; 0 for those that are not wanted.</summary>
    public void Squeeze(GpuProgram program, GpuValue shape, ulong x, ulong sums, ulong maxima)
    {
        ChannelLaunch launch = Channels(shape);
        program.Add(Function(Name("squeeze", shape.Pixels)), launch.Grid, ChannelLaunch.Threads, launch.Arguments(x, sums, maxima));
    }

    /// <summary>A gate's first dense layer.</summary>
    public void Reduce(GpuProgram program, GpuGate gate, int channels, GateArrays arrays, int parts, float share)
    {
        int shared = channels * sizeof(float);
        program.Add(
            Function($"reduce{Suffix(gate.Activation)}", shared), new GpuGrid(ProductTiles.Ceiling(gate.Hidden, ExciteWarps), images),
            ExciteThreads,
            new LaunchArguments()
                .Address(
                    arrays.Sums, arrays.Maxima, arrays.Weights1, arrays.Bias1, arrays.Squeezed, arrays.Largest, arrays.Preactivation,
                    arrays.Hidden)
                .Number(parts, channels, gate.Hidden).Real(share),
            shared);
    }

    /// <summary>Its second one.</summary>
    public void Expand(GpuProgram program, GpuGate gate, int channels, GateArrays arrays) => program.Add(
        Function($"expand_{gate.Gate.ToString().ToLowerInvariant()}"), new GpuGrid(ProductTiles.Ceiling(channels, ExciteWarps), images),
        ExciteThreads,
        new LaunchArguments().Address(
            arrays.Hidden, arrays.Weights2, arrays.Bias2, arrays.Inputs, arrays.Gates).Number(channels, gate.Hidden));

    /// <summary>A warp for each chunk of a channel.</summary>
    public ChannelLaunch Channels(GpuValue value) => new(images, value.Channels, value.Pixels);

    /// <summary>A warp for each whole channel, where nobody adds chunks up.</summary>
    public LaunchArguments Whole(GpuValue value, params ReadOnlySpan<ulong> addresses)
        => new LaunchArguments().Address(addresses).Number(images * value.Channels).Divisor(1).Divisor(value.Channels)
            .Number(value.Pixels, value.Pixels);

    public GpuGrid WholeGrid(GpuValue value) => ProductTiles.Ceiling(images * value.Channels, ChannelLaunch.Threads / 32);

    public void Dispose()
    {
        foreach (CudaMemory memory in _memory.Concat(_tables.Values))
            memory.Dispose();
    }

    /// <summary>A kernel's name, by whether pixels are loaded four at a time.</summary>
    public static string Name(string what, int pixels) => pixels % 4 == 0 ? what : what + "_ragged";

    public static string Suffix(Activation activation)
        => activation == Activation.Identity ? "" : "_" + activation.ToString().ToLowerInvariant();

    private void Multiply(
        GpuProgram program, ConvGeometry shape, ConvTensors tensors, Activation activation, GpuSums? sums, bool isForInput)
    {
        var launch = new ConvLaunch(shape, images, sums is not null, Processors);
        var join = new ChannelLaunch(images, shape.Channels, shape.OutPixels);
        tensors = tensors with
        {
            Taps = Table(shape),
            Sums = Sums(
            sums,
            launch.IsSplit ? join.Chunks : launch.SumParts * (modules.HasTensorCores && !shape.IsDense ? launch.Plan.Tile.TensorParts : 1),
            shape.Channels),
            Parts = launch.IsSplit ? Scratch(launch.PartsLength) : 0
        };
        program.Add(
            Product($"conv_{launch.Plan.Tile.Name}", shape.IsDense), launch.Grid, launch.Plan.Tile.Threads,
            launch.Arguments(tensors, activation), isForInput: isForInput);
        if (!launch.IsSplit)
            return;

        program.Add(
            Function(Name("join", shape.OutPixels)), join.Grid, ChannelLaunch.Threads,
            join.Arguments(tensors.Parts, tensors.Y, tensors.Scale, tensors.Shift, tensors.Residual, tensors.Sums)
                .Number(launch.Plan.Splits, checked(images * shape.Channels * shape.OutPixels)).Activation(activation),
                isForInput: isForInput);
    }

    private void Depthwise(
        GpuProgram program, ConvGeometry shape, ConvTensors tensors, Activation activation, GpuSums? sums, bool isForInput)
    {
        var launch = new ChannelLaunch(images, shape.Channels, shape.OutPixels);
        ConvLattice lattice = shape.Lattice ?? new(shape.OutHeight, shape.OutWidth, 1, 0, 0);
        program.Add(
            Function("depthwise"), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(
                tensors.X, tensors.Weights, tensors.Y, tensors.Scale, tensors.Shift, tensors.Residual,
                Sums(sums, launch.Chunks, shape.Channels))
                .Divisor(shape.OutWidth).Number(
                    shape.Height, shape.Width, shape.KernelHeight, shape.KernelWidth, shape.Stride, shape.Top, shape.Left, shape.Dilation)
                .Number(shape.InChannels).Divisor(shape.Rows)
                .Number(
                    lattice.Width * lattice.Step, lattice.Step, lattice.Row * lattice.Width + lattice.Column,
                    shape.OutPlane).Activation(activation),
            isForInput: isForInput);
    }

    private ulong Sums(GpuSums? sums, int parts, int channels)
    {
        if (sums is null)
            return 0;

        (sums.Parts, sums.Address) = (parts, Room((long)images * parts * channels));
        return sums.Address;
    }
}

/// <summary>What the dense layers of a gate read and write; 0 for what is not there.</summary>
internal sealed record GateArrays
{
    public ulong Sums { get; init; }

    public ulong Maxima { get; init; }

    public ulong Weights1 { get; init; }

    public ulong Bias1 { get; init; }

    public ulong Weights2 { get; init; }

    public ulong Bias2 { get; init; }

    public ulong Squeezed { get; init; }

    public ulong Largest { get; init; }

    public ulong Preactivation { get; init; }

    public ulong Hidden { get; init; }

    public ulong Inputs { get; init; }

    public ulong Gates { get; init; }

    /// <summary>The weights of a gate.</summary>
    public static GateArrays Of(GpuWeights weights, GpuGate gate) => new()
    {
        Weights1 = weights.Of($"{gate.Name}fc1.weight"),
        Bias1 = weights.Of($"{gate.Name}fc1.bias"),
        Weights2 = weights.Of($"{gate.Name}fc2.weight"),
        Bias2 = weights.Of($"{gate.Name}fc2.bias"),
    };
}
