using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace SeGen.CompilerServices;

/// <summary>
/// The taps of a convolution, along one side, that reach every so-manieth pixel of its input, from the last of them down.
/// </summary>
/// <param name="First">The last tap that does.</param>
/// <param name="Step">From one to the next.</param>
/// <param name="Count">How many.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct TurnedTaps(int First, int Step, int Count);

/// <summary>A convolution in training: its weights forward and turned round, and the sums of their gradient.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ConvLayer : TrainedLayer
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly PackedConv _conv;
    private readonly ConvShape _forward, _back;
    private readonly int _kernel, _maxGroups;
    private readonly TurnedTaps[] _sides;
    private readonly int[] _turnedAt;
    private readonly AlignedBuffer _packed, _turned, _sums;
    private readonly double[] _biasSums;
    private int _groups;

    /// <summary>A convolution.</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="name">Its parameters' names without the last part.</param>
    /// <param name="shape">The shape of its weights, in the order in which their gradient is summed up.</param>
    /// <param name="groups">The most groups of images that its gradient is summed up in.</param>
    /// <param name="layout">The order in which the forward kernel reads them.</param>
    /// <param name="inputs">The number that goes with it.</param>
    /// <param name="turnedLayout">The order in which the kernels of the way back read outputs.</param>
    /// <param name="turnedInputs">How many of that order they read for one input.</param>
    /// <param name="sides">For each pixel of a stride that any tap reaches, those that do.</param>
    public ConvLayer(
        ParameterSet parameters, string name, ConvShape shape, int groups, ConvLayout layout, int inputs, ConvLayout turnedLayout,
        int turnedInputs, TurnedTaps[] sides)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(sides);
        _weight = parameters[$"{name}.weight"];
        _bias = parameters.TryGet($"{name}.bias", out Parameter? bias) ? bias : null;
        (_conv, _kernel, _maxGroups, _sides) = (shape.Packed, shape.Kernel, groups, sides);
        (_forward, _back) = (shape with { Layout = layout, Inputs = inputs }, shape with { Layout = turnedLayout, Inputs = turnedInputs });
        _packed = new AlignedBuffer(
            _conv.Biases + (_forward.IsTransformed ? WinogradPacking.Length(_forward, turned: false) : _conv.Length));
        _sums = new AlignedBuffer((long)groups * _conv.Length);
        _biasSums = new double[_conv.Channels];
        _turnedAt = new int[sides.Length * sides.Length];
        int length = 0;
        for (int i = 0; i < _turnedAt.Length; i++)
        {
            _turnedAt[i] = length;
            PackedConv turned = TurnedConv(i);
            length += turned.Biases + (_back.IsTransformed ? WinogradPacking.Length(_back, turned: true) : turned.Length);
        }

        _turned = new AlignedBuffer(length);
    }

    /// <summary>Biases and weights for the forward kernel.</summary>
    public ref readonly float Weights => ref _packed.Start;

    /// <summary>
    /// The sums of the gradient: those of one group of images behind those of the other, each as the weights lie without their biases.
    /// </summary>
    public ref float Sums => ref _sums.Start;

    /// <summary>
    /// The weights turned round, for pixels that lie in one way between the windows: the side of the rows * sides + that of the columns.
    /// </summary>
    public ref readonly float Turned(int lattice) => ref Unsafe.Add(ref _turned.Start, _turnedAt[lattice]);

    /// <summary>How many groups a batch is split into.</summary>
    public int Groups(int images) => _groups = Math.Min(images, _maxGroups);

    /// <summary>Sums up the gradient of the biases over the images.</summary>
    public void SumBias(ref readonly float sums, long stride, int images) => ImageSums.Add(_biasSums, in sums, stride, images);

    internal override void Pack()
    {
        ReadOnlySpan<float> biases = _bias is null ? default : _bias.Values;
        if (_forward.IsTransformed)
            WinogradPacking.Pack(
                _weight.Values, turned: false, null, _forward,
                _packed.Span[ConvPacking.Biases(biases, null, _conv.Channels, _packed.Span)..]);
        else
            ConvPacking.Pack(_weight.Values, biases, null, _conv, _packed.Span);

        if (_back.IsTransformed)
            WinogradPacking.Pack(_weight.Values, turned: true, null, _back, _turned.Span[TurnedConv(0).Biases..]);
        else
            Turn();
    }

    private void Turn()
    {
        ReadOnlySpan<float> weights = _weight.Values;
        _turned.Span.Clear();
        for (int lattice = 0; lattice < _turnedAt.Length; lattice++)
        {
            PackedConv turned = TurnedConv(lattice);
            (TurnedTaps rows, TurnedTaps columns) = (_sides[lattice / _sides.Length], _sides[lattice % _sides.Length]);
            Span<float> to = _turned.Span.Slice(_turnedAt[lattice] + turned.Biases, turned.Length);
            for (int o = 0; o < _conv.Channels; o++)
            {
                int group = o / _conv.GroupOutputs, inGroup = o % _conv.GroupOutputs;
                for (int i = 0; i < _conv.GroupInputs; i++)
                {
                    ReadOnlySpan<float> taps = weights.Slice((o * _conv.GroupInputs + i) * _conv.Taps, _conv.Taps);
                    int at = turned.At(group * _conv.GroupInputs + i, inGroup);
                    for (int y = 0, ky = rows.First; y < rows.Count; y++, ky -= rows.Step)
                    {
                        for (int x = 0, kx = columns.First; x < columns.Count; x++, kx -= columns.Step, at += turned.Tap)
                            to[at] = taps[ky * _kernel + kx];
                    }
                }
            }
        }
    }

    internal override void AddGradients()
    {
        Span<float> gradient = _weight.Gradient;
        Span<float> sums = _sums.Span[.._conv.Length];
        for (int group = 1; group < _groups; group++)
            TensorPrimitives.Add(sums, _sums.Span.Slice(group * _conv.Length, _conv.Length), sums);

        int to = 0;
        for (int o = 0; o < _conv.Channels; o++)
        {
            for (int i = 0; i < _conv.GroupInputs; i++)
            {
                for (int tap = 0, at = _conv.At(o, i); tap < _conv.Taps; tap++, at += _conv.Tap)
                    gradient[to++] += sums[at];
            }
        }

        if (_bias is not null)
            ImageSums.AddTo(_bias, _biasSums);
    }

    /// <summary>The convolution that goes back to the pixels of a lattice.</summary>
    private PackedConv TurnedConv(int lattice) => new(
        _conv.InChannels, _conv.Channels, _sides[lattice / _sides.Length].Count * _sides[lattice % _sides.Length].Count, _conv.Groups,
        _back.Layout, _back.Inputs);
}
