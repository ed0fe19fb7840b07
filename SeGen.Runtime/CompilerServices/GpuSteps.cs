using System.ComponentModel;
using SeGen.Cuda;
using SeGen.Cuda.Layers;
using SeGen.Cuda.Networks;

namespace SeGen.CompilerServices;

/// <summary>
/// The steps of a network's inference on a device, for a batch of one size: generated code says what they are, and this makes launches of
/// them.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuSteps : IDisposable
{
    private readonly GpuWeights _weights;
    private readonly NormFolds _norms;
    private readonly LayerLaunches _layers;
    private readonly CudaMemory _arena;

    internal GpuSteps(GpuContext context, NetworkModules modules, GpuWeights weights, NormFolds norms, int images, long arenaLength)
    {
        (_weights, _norms) = (weights, norms);
        _layers = new LayerLaunches(context, modules, images);
        _arena = new CudaMemory(context.Device, Math.Max(1, arenaLength * images));
    }

    internal GpuProgram Program { get; } = new();

    /// <summary>A value in between.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="at">Floats of an image that stand before it in the arena.</param>
    public GpuValue Value(int channels, int height, int width, int at)
        => new(channels, height, width, _arena.Address + (ulong)at * (ulong)_layers.Images * sizeof(float));

    /// <summary>A convolution.</summary>
    public void Convolve(GpuValue x, GpuValue y, GpuConv conv)
    {
        (ulong scale, ulong shift) = Affine(conv.Norm, $"{conv.Name}.bias");
        var tensors = new ConvTensors(x.Address, _weights.Of($"{conv.Name}.weight"), 0, y.Address)
        {
            Factors = conv.Factors?.Address ?? 0,
            Scale = scale,
            Shift = shift,
            Residual = conv.Residual?.Address ?? 0,
        };
        _layers.Convolve(Program, ConvGeometry.Of(conv, x, y), tensors, conv.Activation, conv.Sums);
    }

    /// <summary>A dense layer: a convolution of one pixel.</summary>
    public void Linear(GpuValue x, GpuValue y, string name, Activation activation = Activation.Identity) => _layers.Convolve(
        Program, ConvGeometry.OfDense(x.Length, y.Channels),
        new ConvTensors(x.Address, _weights.Of($"{name}.weight"), 0, y.Address) { Shift = _weights.Of($"{name}.bias") }, activation);

    /// <summary>act(factor norm(x) + residual).</summary>
    public void Pointwise(GpuValue x, GpuValue y, GpuPointwise step)
    {
        (ulong scale, ulong shift) = Affine(step.Norm, "");
        _layers.Pointwise(
            Program, x, x.Address, y.Address, step.Activation, step.Factors?.Address ?? 0, scale, shift, step.Residual?.Address ?? 0);
    }

    /// <summary>The maximum or the mean of each window.</summary>
    public void Pool(GpuValue x, GpuValue y, bool isMaximum, int kernel, int stride, int padding)
        => _layers.Pool(Program, x, y, isMaximum, kernel, stride, padding);

    /// <summary>The mean over the pixels of each channel.</summary>
    public void Mean(GpuValue x, GpuValue y) => _layers.Mean(Program, x, y);

    /// <summary>The factors of a gate.</summary>
    public void Gate(GpuValue x, GpuValue factors, GpuGate gate)
    {
        GateArrays arrays = GateArrays.Of(_weights, gate) with { Gates = factors.Address };
        if (gate.Hidden > 0)
        {
            ChannelLaunch chunks = _layers.Channels(x);
            long length = (long)_layers.Images * chunks.Chunks * x.Channels;
            arrays = arrays with { Hidden = _layers.Room((long)_layers.Images * gate.Hidden) };
            if (gate.Sums is { } left)
                arrays = arrays with { Sums = left.Address };
            else
            {
                arrays = arrays with
                {
                    Sums = gate.SumsPixels
                    ? _layers.Room(length)
                    : 0,
                    Maxima = gate.HasMaximum ? _layers.Room(length) : 0
                };
                _layers.Squeeze(Program, x, x.Address, arrays.Sums, arrays.Maxima);
            }

            _layers.Reduce(Program, gate, x.Channels, arrays, gate.Sums?.Parts ?? chunks.Chunks, gate.Share(x));
        }

        _layers.Expand(Program, gate, x.Channels, arrays);
    }

    /// <summary>Gives the device's memory back.</summary>
    public void Dispose()
    {
        _arena.Dispose();
        _layers.Dispose();
    }

    /// <summary>After the last step: what was to be known of all of them.</summary>
    internal void End()
    {
        if (_layers.ScratchLength > 0)
            Program.ScratchAddress = _layers.Room(_layers.ScratchLength);
    }

    private (ulong Scale, ulong Shift) Affine(NormSource? norm, string bias)
        => norm is null ? (0, _weights.Of(bias)) : _norms.Of(norm, bias);
}
