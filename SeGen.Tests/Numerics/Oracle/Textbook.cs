using System.Numerics.Tensors;

namespace SeGen.Tests.Numerics.Oracle;

/// <summary>The operations of a network as a textbook writes them: loops over everything, nothing fused, nothing blocked.</summary>
internal static class Textbook
{
    public static Map Conv(Map x, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int channels, int kernel, int stride, int padding, int dilation, int groups)
    {
        int extent = dilation * (kernel - 1) + 1;
        var y = new Map(channels, (x.Height + 2 * padding - extent) / stride + 1, (x.Width + 2 * padding - extent) / stride + 1);
        int inputs = x.Channels / groups, outputs = channels / groups;
        for (int o = 0; o < channels; o++)
        {
            y.Values.AsSpan(o * y.Height * y.Width, y.Height * y.Width).Fill(bias.IsEmpty ? 0 : bias[o]);
            for (int i = 0; i < inputs; i++)
            {
                for (int ky = 0; ky < kernel; ky++)
                {
                    for (int kx = 0; kx < kernel; kx++)
                        AddTap(x, o / outputs * inputs + i, ky * dilation - padding, kx * dilation - padding, stride, weights[((o * inputs + i) * kernel + ky) * kernel + kx], y, o);
                }
            }
        }

        return y;
    }

    /// <summary>Adds a tap's share to all pixels that it reaches from.</summary>
    private static void AddTap(Map x, int input, int down, int right, int stride, double weight, Map y, int output)
    {
        for (int row = 0; row < y.Height; row++)
        {
            int from = row * stride + down;
            if (from < 0 || from >= x.Height)
                continue;

            ReadOnlySpan<double> read = x.Values.AsSpan((input * x.Height + from) * x.Width, x.Width);
            Span<double> sums = y.Values.AsSpan((output * y.Height + row) * y.Width, y.Width);
            int first = Math.Max(0, (-right + stride - 1) / stride), last = Math.Min(y.Width, (x.Width - right + stride - 1) / stride);
            if (stride == 1 && last > first)
                TensorPrimitives.MultiplyAdd(read.Slice(first + right, last - first), weight, sums[first..last], sums[first..last]);
            else
            {
                for (int column = first; column < last; column++)
                    sums[column] += weight * read[column * stride + right];
            }
        }
    }

    public static Map BatchNorm(Map x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, ReadOnlySpan<float> mean, ReadOnlySpan<float> variance, double epsilon)
    {
        var y = x with { Values = [.. x.Values] };
        for (int i = 0; i < y.Values.Length; i++)
        {
            int c = i / x.Pixels;
            y.Values[i] = (y.Values[i] - mean[c]) / Math.Sqrt(variance[c] + epsilon) * weight[c] + bias[c];
        }

        return y;
    }

    /// <summary>PyTorch's max_pool2d and avg_pool2d (count_include_pad), with ceil_mode.</summary>
    public static Map Pool(Map x, bool maximum, int kernel, int stride, int padding, bool ceil)
    {
        (int height, int width) = (PoolSide(x.Height, kernel, stride, padding, ceil), PoolSide(x.Width, kernel, stride, padding, ceil));
        var y = new Map(x.Channels, height, width);
        for (int c = 0; c < x.Channels; c++)
        {
            for (int row = 0; row < height; row++)
            {
                for (int column = 0; column < width; column++)
                {
                    (int top, int left) = (row * stride - padding, column * stride - padding);
                    (int bottom, int right) = (Math.Min(top + kernel, x.Height + padding), Math.Min(left + kernel, x.Width + padding));
                    double sum = 0, largest = double.NegativeInfinity;
                    for (int from = Math.Max(top, 0); from < Math.Min(bottom, x.Height); from++)
                    {
                        for (int at = Math.Max(left, 0); at < Math.Min(right, x.Width); at++)
                        {
                            sum += x[c, from, at];
                            largest = Math.Max(largest, x[c, from, at]);
                        }
                    }

                    y[c, row, column] = maximum ? largest : sum / ((bottom - top) * (right - left));
                }
            }
        }

        return y;
    }

    public static Map Mean(Map x)
    {
        var y = new Map(x.Channels, 1, 1);
        for (int i = 0; i < x.Values.Length; i++)
            y.Values[i / x.Pixels] += x.Values[i] / x.Pixels;

        return y;
    }

    public static Map Linear(Map x, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int features)
    {
        var y = new Map(features, 1, 1);
        for (int o = 0; o < features; o++)
        {
            double sum = bias.IsEmpty ? 0 : bias[o];
            for (int i = 0; i < x.Values.Length; i++)
                sum += weights[o * x.Values.Length + i] * x.Values[i];

            y.Values[o] = sum;
        }

        return y;
    }

    public static Map Add(Map a, Map b)
    {
        Assert.Equal((a.Channels, a.Height, a.Width), (b.Channels, b.Height, b.Width));
        return a with { Values = [.. a.Values.Zip(b.Values, (p, q) => p + q)] };
    }

    public static double Activate(Activation function, double v) => function switch
    {
        Activation.ReLU => Math.Max(0, v),
        Activation.ReLU6 => Math.Clamp(v, 0, 6),
        Activation.SiLU => v / (1 + Math.Exp(-v)),
        Activation.HardSwish => v * Math.Clamp(v / 6 + 0.5, 0, 1),
        _ => v,
    };

    private static int PoolSide(int side, int kernel, int stride, int padding, bool ceil)
    {
        double windows = (side + 2 * padding - kernel) / (double)stride;
        int output = (int)(ceil ? Math.Ceiling(windows) : Math.Floor(windows)) + 1;

        // A last window must start within the image or the padding before it.
        return ceil && (output - 1) * stride >= side + padding ? output - 1 : output;
    }
}
