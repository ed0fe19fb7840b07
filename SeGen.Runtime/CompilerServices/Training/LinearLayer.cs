using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>How the values that a dense layer reads lie in memory.</summary>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Border">Zeros around them.</param>
/// <param name="Pixel">Floats from one pixel to the next.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct LinearShape(int Channels, int Height, int Width, int Border, int Pixel)
{
    internal int Row => (Width + 2 * Border) * Pixel;

    internal int Plane => (Height + 2 * Border) * Row;

    /// <summary>Floats of all values, with borders and spare lanes.</summary>
    internal int Length => (Channels + Pixel - 1) / Pixel * Plane;

    internal int At(int channel, int row, int column)
        => channel / Pixel * Plane + (row + Border) * Row + (column + Border) * Pixel + channel % Pixel;
}

/// <summary>A dense layer in training.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LinearLayer : TrainedLayer
{
    private const int Lanes = 16;

    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly int _features, _padded;
    private readonly LinearShape _input, _gradient;
    private readonly AlignedBuffer _packed, _turned, _sums;
    private readonly double[] _biasSums;

    /// <summary>A dense layer.</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="name">Its parameters' names without the last part.</param>
    /// <param name="features">Outputs.</param>
    /// <param name="input">How its input lies.</param>
    /// <param name="gradient">How its input's gradient lies.</param>
    public LinearLayer(ParameterSet parameters, string name, int features, LinearShape input, LinearShape gradient)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (_features, _input, _gradient) = (features, input, gradient);
        _weight = parameters[$"{name}.weight"];
        _bias = parameters.TryGet($"{name}.bias", out Parameter? bias) ? bias : null;
        _padded = (features + Lanes - 1) / Lanes * Lanes;
        _packed = new AlignedBuffer(_padded + (long)_padded * input.Length);
        _turned = new AlignedBuffer(gradient.Length + (long)_padded * gradient.Length);
        _sums = new AlignedBuffer((long)_padded * input.Length);
        _biasSums = new double[features];
    }

    /// <summary>Biases and weights for the forward kernel.</summary>
    public ref readonly float Weights => ref _packed.Start;

    /// <summary>The transposed weights, for the way back to every float of the input's gradient.</summary>
    public ref readonly float Turned => ref _turned.Start;

    /// <summary>The sums of the gradient, as the weights lie without their biases.</summary>
    public ref float Sums => ref _sums.Start;

    /// <summary>Sums up the gradient of the biases over the images.</summary>
    public void SumBias(ref readonly float sums, long stride, int images) => ImageSums.Add(_biasSums, in sums, stride, images);

    internal override void Pack()
    {
        LinearPacking.Pack(_weight.Values, _bias is null ? default : _bias.Values, _packed.Span, _features, _input);
        Turn();
    }

    private void Turn()
    {
        ReadOnlySpan<float> weights = _weight.Values;
        Span<float> to = _turned.Span[_gradient.Length..];
        to.Clear();
        int from = 0;
        for (int o = 0; o < _features; o++)
        {
            for (int c = 0; c < _gradient.Channels; c++)
            {
                for (int y = 0; y < _gradient.Height; y++)
                {
                    for (int x = 0; x < _gradient.Width; x++)
                    {
                        int at = _gradient.At(c, y, x);
                        to[at / Lanes * Lanes * _padded + o * Lanes + at % Lanes] = weights[from++];
                    }
                }
            }
        }
    }

    internal override void AddGradients()
    {
        Span<float> gradient = _weight.Gradient;
        ReadOnlySpan<float> sums = _sums.Span;
        int to = 0;
        for (int o = 0; o < _features; o++)
        {
            ReadOnlySpan<float> block = sums[(o / Lanes * Lanes * _input.Length)..];
            for (int c = 0; c < _input.Channels; c++)
            {
                for (int y = 0; y < _input.Height; y++)
                {
                    for (int x = 0; x < _input.Width; x++)
                        gradient[to++] += block[_input.At(c, y, x) * Lanes + o % Lanes];
                }
            }
        }

        if (_bias is not null)
            ImageSums.AddTo(_bias, _biasSums);
    }
}
