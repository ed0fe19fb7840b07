using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SeGen.CompilerServices;

/// <summary>
/// A batch norm in training: puts together what the images' kernels summed up, in the order of the images and in double precision (Ioffe
/// and Szegedy 2015; the variance of parts by Chan, Golub and LeVeque 1983).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class BatchNormLayer : TrainedLayer
{
    private const int Lanes = 16;

    private readonly string _name;
    private readonly int _channels, _padded;
    private readonly double _epsilon, _momentum;
    private readonly Parameter _weight, _bias, _mean, _variance;
    private readonly AlignedBuffer _affine, _means, _slopes;
    private readonly double[] _roots, _weights, _newMeans, _newVariances, _weightSums, _biasSums;
    private bool _isFrozen;

    /// <summary>A batch norm of so many channels.</summary>
    public BatchNormLayer(ParameterSet parameters, string name, int channels, double epsilon, double momentum)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (_name, _channels, _epsilon, _momentum) = (name, channels, epsilon, momentum);
        (_weight, _bias) = (parameters[$"{name}.weight"], parameters[$"{name}.bias"]);
        (_mean, _variance) = (parameters[$"{name}.running_mean"], parameters[$"{name}.running_var"]);
        _padded = (channels + Lanes - 1) / Lanes * Lanes;
        (_affine, _means, _slopes) = (new AlignedBuffer(2 * _padded), new AlignedBuffer(_padded), new AlignedBuffer(4 * _padded));
        (_roots, _weights, _newMeans, _newVariances) = (new double[channels], new double[channels], new double[channels], new double[channels]);
        (_weightSums, _biasSums) = (new double[channels], new double[channels]);
    }

    /// <summary>The forward pass as y = scale x + shift: the scales, then the shifts.</summary>
    public ref readonly float Affine => ref _affine.Start;

    /// <summary>The means that are subtracted.</summary>
    public ref readonly float Means => ref _means.Start;

    /// <summary>The way back as dx = a g + b (x - mean) + c: all a, all b, all c, all means.</summary>
    public ref readonly float Slopes => ref _slopes.Start;

    /// <summary>From the means and sums of squares of each image to the factors of the batch.</summary>
    /// <param name="sums">Those of the first image: means for whole blocks of channels, then sums of squared distances from them.</param>
    /// <param name="stride">Floats from one image to the next.</param>
    /// <param name="images">How many images.</param>
    /// <param name="pixels">Pixels of an image.</param>
    /// <param name="frozen">Whether the running statistics are used instead.</param>
    /// <exception cref="ArgumentException">There is one value for each channel, which has no variance.</exception>
    public void Forward(ref float sums, long stride, int images, long pixels, bool frozen)
    {
        _isFrozen = frozen;
        long count = images * pixels;
        if (!frozen && count == 1)
            throw ModuleArguments.OneValue(_name, "input");

        Span<float> affine = _affine.Span, means = _means.Span;
        ReadOnlySpan<float> weight = _weight.Values, bias = _bias.Values;
        for (int c = 0; c < _channels; c++)
        {
            (double mean, double variance) = frozen ? (_mean.Values[c], _variance.Values[c]) : OfBatch(ref sums, stride, images, pixels, c);
            (_newMeans[c], _newVariances[c]) = (mean, frozen ? variance : variance * count / (count - 1));
            _roots[c] = 1 / Math.Sqrt(variance + _epsilon);
            _weights[c] = weight[c];
            double scale = _weights[c] * _roots[c];
            (affine[c], affine[_padded + c], means[c]) = ((float)scale, (float)(bias[c] - mean * scale), (float)mean);
        }
    }

    /// <summary>From the sums of each image to the factors of the way back, and the gradients of weight and bias.</summary>
    /// <param name="sums">Those of the first image: of g for whole blocks of channels, then of g (x - mean).</param>
    /// <param name="stride">Floats from one image to the next.</param>
    /// <param name="images">How many images.</param>
    /// <param name="pixels">Pixels of an image.</param>
    public void Backward(ref readonly float sums, long stride, int images, long pixels)
    {
        Span<float> slopes = _slopes.Span, means = _means.Span;
        double count = images * (double)pixels;
        for (int c = 0; c < _channels; c++)
        {
            double sum = 0, product = 0;
            for (int n = 0; n < images; n++)
            {
                ref float image = ref Unsafe.Add(ref Unsafe.AsRef(in sums), (nint)(n * stride + c));
                sum += image;
                product += Unsafe.Add(ref image, _padded);
            }

            double root = _roots[c], scale = _weights[c] * root;
            (_biasSums[c], _weightSums[c]) = (sum, product * root);
            slopes[c] = (float)scale;
            slopes[_padded + c] = _isFrozen ? 0f : (float)(-scale * root * root * product / count);
            slopes[2 * _padded + c] = _isFrozen ? 0f : (float)(-scale * sum / count);
            slopes[3 * _padded + c] = means[c];
        }
    }

    internal override void Commit()
    {
        Span<float> mean = _mean.Write(), variance = _variance.Write();
        for (int c = 0; c < _channels; c++)
        {
            mean[c] = (float)((1 - _momentum) * mean[c] + _momentum * _newMeans[c]);
            variance[c] = (float)((1 - _momentum) * variance[c] + _momentum * _newVariances[c]);
        }

        if (_variance.Batches is { } batches)
            _variance.Batches = batches + 1;
    }

    internal override void AddGradients()
    {
        Span<float> weight = _weight.Gradient, bias = _bias.Gradient;
        for (int c = 0; c < _channels; c++)
        {
            weight[c] += (float)_weightSums[c];
            bias[c] += (float)_biasSums[c];
        }
    }

    private (double Mean, double Variance) OfBatch(ref float sums, long stride, int images, long pixels, int channel)
    {
        double mean = 0, squares = 0, between = 0;
        for (int n = 0; n < images; n++)
            mean += Unsafe.Add(ref sums, (nint)(n * stride + channel));

        mean /= images;
        for (int n = 0; n < images; n++)
        {
            ref float image = ref Unsafe.Add(ref sums, (nint)(n * stride + channel));
            squares += Unsafe.Add(ref image, _padded);
            between += (image - mean) * (image - mean);
        }

        return (mean, (squares + pixels * between) / (images * (double)pixels));
    }
}
