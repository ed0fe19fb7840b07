namespace SeGen.Tests.Numerics.Oracle;

/// <summary>How gradients go back through the operations of <see cref="Textbook"/>.</summary>
internal static class Slopes
{
    public static void Conv(
        Map x, Map dx, Map dy, float[] weights, double[] weightGradient, double[] biasGradient, int kernel, int stride, int padding, int dilation, int groups)
    {
        int inputs = x.Channels / groups, outputs = dy.Channels / groups;
        for (int o = 0; o < dy.Channels; o++)
        {
            for (int row = 0; row < dy.Height; row++)
            {
                for (int column = 0; column < dy.Width; column++)
                {
                    double g = dy[o, row, column];
                    if (biasGradient.Length > 0)
                        biasGradient[o] += g;

                    for (int i = 0; i < inputs; i++)
                    {
                        for (int ky = 0; ky < kernel; ky++)
                        {
                            for (int kx = 0; kx < kernel; kx++)
                            {
                                (int from, int at) = (row * stride - padding + ky * dilation, column * stride - padding + kx * dilation);
                                if (from < 0 || from >= x.Height || at < 0 || at >= x.Width)
                                    continue;

                                int weight = ((o * inputs + i) * kernel + ky) * kernel + kx;
                                weightGradient[weight] += g * x[o / outputs * inputs + i, from, at];
                                dx[o / outputs * inputs + i, from, at] += g * weights[weight];
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>The first largest value of a window gets its gradient, as in PyTorch; a mean shares it, padding included.</summary>
    public static void Pool(Map x, Map dx, Map dy, bool maximum, int kernel, int stride, int padding)
    {
        for (int c = 0; c < x.Channels; c++)
        {
            for (int row = 0; row < dy.Height; row++)
            {
                for (int column = 0; column < dy.Width; column++)
                {
                    (int top, int left) = (row * stride - padding, column * stride - padding);
                    (int bottom, int right) = (Math.Min(top + kernel, x.Height + padding), Math.Min(left + kernel, x.Width + padding));
                    (int Row, int Column)[] places =
                    [
                        .. from y in Enumerable.Range(Math.Max(top, 0), Math.Min(bottom, x.Height) - Math.Max(top, 0))
                           from z in Enumerable.Range(Math.Max(left, 0), Math.Min(right, x.Width) - Math.Max(left, 0))
                           select (y, z),
                    ];
                    if (maximum)
                    {
                        (int y, int z) = places.MaxBy(p => x[c, p.Row, p.Column]);
                        dx[c, y, z] += dy[c, row, column];
                        continue;
                    }

                    foreach ((int y, int z) in places)
                        dx[c, y, z] += dy[c, row, column] / ((bottom - top) * (right - left));
                }
            }
        }
    }

    public static double Of(Activation function, double v)
    {
        double s = 1 / (1 + Math.Exp(-v));
        return function switch
        {
            Activation.ReLU => v > 0 ? 1 : 0,
            Activation.ReLU6 => v is > 0 and < 6 ? 1 : 0,
            Activation.SiLU => s + v * s * (1 - s),
            Activation.HardSwish => v < -3 ? 0 : v > 3 ? 1 : v / 3 + 0.5,
            _ => 1,
        };
    }

    /// <summary>Where a function has no slope.</summary>
    public static double[] Kinks(Activation function) => function switch
    {
        Activation.ReLU => [0],
        Activation.ReLU6 => [0, 6],
        Activation.HardSwish => [-3, 3],
        _ => [],
    };
}
