using System.ComponentModel;
using SeGen.Cuda;
using SeGen.Cuda.Layers;
using SeGen.Cuda.Networks;

namespace SeGen.CompilerServices;

/// <summary>
/// The steps of a network's training on a device, for a batch of one size: generated code says what the way forward is, and of each step
/// this makes its launches and, behind those of all later ones, the launches of its way back.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuTraining : IDisposable
{
    private readonly GpuWeights _weights;
    private readonly LayerLaunches _layers;
    private readonly GradientLaunches _gradients;
    private readonly CudaMemory _arena;
    private readonly Stack<Action> _back = [];
    private readonly Dictionary<GpuValue, (GpuGate Gate, GateArrays Arrays)> _gates = new(ReferenceEqualityComparer.Instance);

    internal GpuTraining(GpuContext context, NetworkModules modules, GpuWeights weights, int images, long arenaLength)
    {
        _weights = weights;
        _layers = new LayerLaunches(context, modules, images);
        _gradients = new GradientLaunches(_layers, weights, Backward);
        _arena = new CudaMemory(context.Device, Math.Max(1, arenaLength * images));
    }

    internal GpuProgram Forward { get; } = new();

    internal GpuProgram Backward { get; } = new();

    /// <summary>A batch norm that gets one value for each channel, which has no variance; null where there is none.</summary>
    internal string? OneValue { get; private set; }

    /// <summary>Whether there are running statistics.</summary>
    internal bool HasNorms { get; private set; }

    /// <summary>The dropouts: their numbers, and where the keys of each image go.</summary>
    internal List<(int Number, ulong Keys)> Dropouts { get; } = [];

    private int Images => _layers.Images;

    /// <summary>A value in between.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="at">Floats of an image that stand before it in the arena.</param>
    /// <param name="gradientAt">Those before its gradient.</param>
    public GpuValue Value(int channels, int height, int width, int at, int gradientAt)
        => new(channels, height, width, At(at)) { Gradient = At(gradientAt) };

    /// <summary>A convolution.</summary>
    public void Convolve(GpuValue x, GpuValue y, GpuConv conv) => Convolve(x, y, ConvGeometry.Of(conv, x, y), conv.Name);

    /// <summary>A dense layer: a convolution of one pixel.</summary>
    public void Linear(GpuValue x, GpuValue y, string name) => Convolve(x, y, ConvGeometry.OfDense(x.Length, y.Channels), name);

    /// <summary>act(factor norm(x) + residual).</summary>
    public void Pointwise(GpuValue x, GpuValue y, GpuPointwise step)
    {
        ulong scale = 0, shift = 0, mean = 0, root = 0, residual = step.Residual?.Address ?? 0, factors = step.Factors?.Address ?? 0;
        if (step.Norm is { } norm)
        {
            scale = _layers.Room(4L * x.Channels);
            ulong vector = (ulong)x.Channels * sizeof(float);
            (shift, mean, root) = (scale + vector, scale + 2 * vector, scale + 3 * vector);
            Normalize(x, norm, step.Momentum, scale, shift, mean, root);
        }
        else
            y.IsForInput = x.IsForInput && step.Factors is null && step.Residual is not { IsForInput: false };

        _layers.Pointwise(Forward, x, x.Address, y.Address, step.Activation, factors, scale, shift, residual);
        _back.Push(() =>
        {
            bool isDirect = step.Norm is null && step.Factors is null;
            (ulong toResidual, int addsResidual) = step.Residual is { } other ? _gradients.Send(other) : (0, 0);
            (ulong toInput, int addsInput) = isDirect ? _gradients.Send(x) : (0, 0);
            ChannelLaunch launch = _layers.Channels(x);
            ulong kept = !isDirect && step.Activation != Activation.Identity ? y.Gradient : 0;
            ulong sums = step.Norm is null ? 0 : Room(launch, x), products = isDirect ? 0 : Room(launch, x);
            Backward.Add(
                _layers.Function(LayerLaunches.Name("pointwise_gradient", x.Pixels)), launch.Grid, ChannelLaunch.Threads,
                launch.Arguments(y.Gradient, x.Address, kept, factors, scale, shift, residual, toResidual, toInput, mean, sums, products)
                    .Number(addsResidual, addsInput).Activation(step.Activation), isForInput: y.IsForInput);
            if (step.Norm is not null)
                NormGradient(x, y.Gradient, step.Norm.Name, launch, sums, products, mean, root);
            else if (step.Factors is not null)
                GateGradient(x, y.Gradient, step.Factors, launch, products);
        });
    }

    /// <summary>The factors of a gate; its way back begins where they are multiplied with.</summary>
    public void Gate(GpuValue x, GpuValue factors, GpuGate gate)
    {
        ulong ofChannels = (ulong)Images * (ulong)x.Channels * sizeof(float), ofHidden = (ulong)Images * (ulong)gate.Hidden * sizeof(float);
        ulong at = _layers.Room(3L * Images * x.Channels + 2L * Images * gate.Hidden);
        GateArrays arrays = GateArrays.Of(_weights, gate) with
        {
            Gates = factors.Address,
            Inputs = at,
            Squeezed = at + ofChannels,
            Largest = gate.HasMaximum ? at + 2 * ofChannels : 0,
            Preactivation = at + 3 * ofChannels,
            Hidden = at + 3 * ofChannels + ofHidden,
        };
        if (gate.Hidden > 0)
        {
            ChannelLaunch launch = _layers.Channels(x);
            arrays = arrays with { Sums = gate.SumsPixels ? Room(launch, x) : 0, Maxima = gate.HasMaximum ? Room(launch, x) : 0 };
            _layers.Squeeze(Forward, x, x.Address, arrays.Sums, arrays.Maxima);
            _layers.Reduce(Forward, gate, x.Channels, arrays, launch.Chunks, gate.Share(x));
        }

        _layers.Expand(Forward, gate, x.Channels, arrays);
        _gates[factors] = (gate, arrays);
    }

    /// <summary>The maximum or the mean of each window.</summary>
    public void Pool(GpuValue x, GpuValue y, bool isMaximum, int kernel, int stride, int padding)
    {
        y.IsForInput = x.IsForInput;
        _layers.Pool(Forward, x, y, isMaximum, kernel, stride, padding);
        _back.Push(() =>
        {
            (ulong to, int adds) = _gradients.Send(x);
            Backward.Add(
                _layers.Function(isMaximum ? "max_pool_gradient" : "average_pool_gradient"), _layers.WholeGrid(x), ChannelLaunch.Threads,
                _layers.Whole(x, x.Address, y.Address, y.Gradient, to).Divisor(y.Width)
                    .Number(x.Height, x.Width, kernel, kernel, stride, -padding, -padding, 1, x.Height + padding, x.Width + padding)
                    .Number(y.Height, ProductTiles.Ceiling(kernel, stride), adds).Divisor(stride), isForInput: x.IsForInput);
        });
    }

    /// <summary>The mean over the pixels of each channel.</summary>
    public void Mean(GpuValue x, GpuValue y)
    {
        y.IsForInput = x.IsForInput;
        _layers.Mean(Forward, x, y);
        _back.Push(() =>
        {
            (ulong to, int adds) = _gradients.Send(x);
            Backward.Add(
                _layers.Function(LayerLaunches.Name("spread", x.Pixels)), _layers.WholeGrid(x), ChannelLaunch.Threads,
                _layers.Whole(x, y.Gradient, to).Number(adds).Real(1f / x.Pixels), isForInput: x.IsForInput);
        });
    }

    /// <summary>Some values are dropped, the others scaled.</summary>
    public void Dropout(GpuValue x, GpuValue y, int number, double probability)
    {
        y.IsForInput = x.IsForInput;
        ulong keys = _layers.Room(Images);
        Dropouts.Add((number, keys));
        Drop(Forward, x, x.Address, y.Address, keys, probability, 0, isForInput: false);
        _back.Push(() =>
        {
            (ulong to, int adds) = _gradients.Send(x);
            Drop(Backward, x, y.Gradient, to, keys, probability, adds, x.IsForInput);
        });
    }

    /// <summary>
    /// Ends the way forward: the last value becomes the caller's output, and on the way back that's gradient becomes the value's.
    /// </summary>
    public void End(GpuValue last)
    {
        _layers.Pointwise(Forward, last, last.Address, GpuProgram.Output);
        (ulong to, _) = _gradients.Send(last);
        _layers.Pointwise(Backward, last, GpuProgram.Output, to);
        while (_back.TryPop(out Action? back))
            back();

        if (_layers.ScratchLength > 0)
            Forward.ScratchAddress = Backward.ScratchAddress = _layers.Room(_layers.ScratchLength);
    }

    /// <summary>Gives the device's memory back.</summary>
    public void Dispose()
    {
        _arena.Dispose();
        _layers.Dispose();
    }

    private void Convolve(GpuValue x, GpuValue y, ConvGeometry shape, string name)
    {
        ulong given = _weights.Of($"{name}.weight");
        _layers.Convolve(
            Forward, shape, new ConvTensors(x.Address, given, 0, y.Address) { Shift = _weights.Of($"{name}.bias") }, Activation.Identity);
        _back.Push(() =>
        {
            _gradients.ToInput(shape, y.Gradient, given, x);
            _gradients.ToWeights(shape, y.Gradient, x.Address, name);
        });
    }

    private void Normalize(GpuValue x, NormSource norm, double momentum, ulong scale, ulong shift, ulong mean, ulong root)
    {
        HasNorms = true;
        ChannelLaunch launch = _layers.Channels(x);
        long count = (long)Images * x.Pixels;
        if (count == 1)
            OneValue ??= norm.Name;

        ulong means = Room(launch, x), squares = Room(launch, x);
        Forward.Add(
            _layers.Function(LayerLaunches.Name("statistics", x.Pixels)), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(x.Address, means, squares));
        Forward.Add(
            _layers.Function("normalize"), ProductTiles.Ceiling(x.Channels, ChannelLaunch.Warps), ChannelLaunch.Threads,
            new LaunchArguments()
                .Address(
                    means, squares, _weights.Of($"{norm.Name}.weight"), _weights.Of($"{norm.Name}.bias"),
                    _weights.Of($"{norm.Name}.running_mean"), _weights.Of($"{norm.Name}.running_var"))
                .Address(scale, shift, mean, root)
                .Number(x.Channels, Images * launch.Chunks).Divisor(launch.Chunks).Number(launch.ChunkPixels, x.Pixels)
                    .Mark(GpuProgram.IsFrozen)
                .Real((float)norm.Epsilon).Real((float)momentum).Real(count == 1 ? 1 : (float)(count / (double)(count - 1))));
    }

    private void NormGradient(GpuValue x, ulong g, string name, ChannelLaunch launch, ulong sums, ulong products, ulong mean, ulong root)
    {
        ulong slopes = _layers.Room(3L * x.Channels);
        Backward.Add(
            _layers.Function("norm_slopes"), ProductTiles.Ceiling(x.Channels, ChannelLaunch.Warps), ChannelLaunch.Threads,
            new LaunchArguments()
                .Address(
                    sums, products, _weights.Of($"{name}.weight"), root, _weights.GradientOf($"{name}.weight"),
                    _weights.GradientOf($"{name}.bias"), slopes)
                .Number(x.Channels, Images * launch.Chunks).Mark(GpuProgram.IsFrozen).Real((float)(1.0 / ((double)Images * x.Pixels))));
        (ulong to, int adds) = _gradients.Send(x);
        Backward.Add(
            _layers.Function(LayerLaunches.Name("norm_gradient", x.Pixels)), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(g, x.Address, to, slopes, mean).Number(adds), isForInput: x.IsForInput);
    }

    private void GateGradient(GpuValue x, ulong g, GpuValue factors, ChannelLaunch launch, ulong products)
    {
        (GpuGate gate, GateArrays arrays) = _gates[factors];
        int channels = x.Channels, all = Images * channels, hidden = Images * gate.Hidden;
        ulong dt = _layers.Room(all), ofPixel = 0, ofMaximum = 0;
        _gradients.Each(
            $"gate_inputs_{gate.Gate.ToString().ToLowerInvariant()}", all,
            new LaunchArguments().Address(products, arrays.Inputs, arrays.Gates, dt).Number(all, launch.Chunks).Divisor(channels));
        ToBias($"{gate.Name}fc2.bias", dt, channels);
        if (gate.Hidden > 0)
        {
            ulong da = _layers.Room(hidden), ties = gate.HasMaximum ? _layers.Room(all) : 0;
            (ofPixel, ofMaximum) = (gate.SumsPixels ? _layers.Room(all) : 0, gate.HasMaximum ? _layers.Room(all) : 0);
            _gradients.Each(
                $"gate_hidden{LayerLaunches.Suffix(gate.Activation)}", hidden,
                new LaunchArguments().Address(
                    dt, arrays.Weights2, arrays.Preactivation, da).Number(hidden).Divisor(gate.Hidden).Number(channels));
            if (gate.HasMaximum)
                Backward.Add(
                    _layers.Function(LayerLaunches.Name("count_ties", x.Pixels)), _layers.WholeGrid(x), ChannelLaunch.Threads,
                    _layers.Whole(x, x.Address, arrays.Largest, ties));

            float part = gate.Squeeze == Squeeze.MeanMaxAverage ? 0.5f : 1f;
            _gradients.Each(
                "gate_squeezed", all,
                new LaunchArguments().Address(
                    da, arrays.Weights1, ties, ofPixel,
                    ofMaximum).Number(all).Divisor(channels).Number(gate.Hidden).Real(gate.Share(x)).Real(part));
            _gradients.Outer(dt, arrays.Hidden, _weights.GradientOf($"{gate.Name}fc2.weight"), channels, gate.Hidden);
            _gradients.Outer(da, arrays.Squeezed, _weights.GradientOf($"{gate.Name}fc1.weight"), gate.Hidden, channels);
            ToBias($"{gate.Name}fc1.bias", da, gate.Hidden);
        }

        (ulong to, int adds) = _gradients.Send(x);
        Backward.Add(
            _layers.Function(LayerLaunches.Name("gate_gradient", x.Pixels)), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(g, x.Address, to, factors.Address, ofPixel, arrays.Largest, ofMaximum).Number(adds), isForInput: x.IsForInput);
    }

    private void ToBias(string name, ulong ofImages, int length)
    {
        if (_weights.GradientOf(name) is not 0 and ulong to)
            _gradients.AddParts(ofImages, to, length, Images);
    }

    private void Drop(GpuProgram program, GpuValue x, ulong from, ulong to, ulong keys, double probability, int adds, bool isForInput)
    {
        ChannelLaunch launch = _layers.Channels(x);
        uint threshold = (uint)Math.Min(uint.MaxValue, Math.Round(probability * 4294967296.0));
        program.Add(
            _layers.Function("dropout"), launch.Grid, ChannelLaunch.Threads,
            launch.Arguments(from, to, keys).Number(adds, unchecked((int)threshold)).Real((float)(1.0 / (1.0 - probability))),
            isForInput: isForInput);
    }

    private ulong Room(ChannelLaunch launch, GpuValue value) => _layers.Room((long)Images * launch.Chunks * value.Channels);

    private ulong At(int floats) => _arena.Address + (ulong)floats * (ulong)Images * sizeof(float);
}
