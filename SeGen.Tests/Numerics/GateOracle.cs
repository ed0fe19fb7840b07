using SeGen.Tests.Numerics.Oracle;

namespace SeGen.Tests.Numerics;

/// <summary>
/// A squeeze-and-excitation gate as a textbook writes it, in double precision, one image at a time: the judge of all generated code.
/// </summary>
internal sealed class GateOracle
{
    private readonly GateSettings _settings;
    private readonly double[] _w1, _b1, _w2, _b2;

    public GateOracle(GateSettings settings, ParameterSet parameters)
        : this(settings, name => Values(parameters, name))
    {
    }

    /// <summary>A gate whose weights lie among those of a network.</summary>
    public GateOracle(GateSettings settings, Func<string, double[]> weights)
    {
        _settings = settings;
        _w1 = weights("fc1.weight");
        _b1 = weights("fc1.bias");
        _w2 = weights("fc2.weight");
        _b2 = weights("fc2.bias");
        GradW1 = new double[_w1.Length];
        GradB1 = new double[_b1.Length];
        GradW2 = new double[_w2.Length];
        GradB2 = new double[_b2.Length];
    }

    public double[] GradW1 { get; }

    public double[] GradB1 { get; }

    public double[] GradW2 { get; }

    public double[] GradB2 { get; }

    /// <summary>
    /// The smallest distance of a value to a kink of its function: near one, rounding alone decides which side a gradient is of.
    /// </summary>
    public double KinkMargin { get; private set; } = double.PositiveInfinity;

    /// <summary>The gradient of a parameter by SeGen's name.</summary>
    public double[] Gradient(string name) => name switch
    {
        "fc1.weight" => GradW1,
        "fc1.bias" => GradB1,
        "fc2.weight" => GradW2,
        _ => GradB2,
    };

    /// <summary>The factors of one image.</summary>
    public double[] Factors(ReadOnlySpan<double> x, int height, int width) => Forward(x, height, width).S;

    /// <summary>The output of one image, and its input's gradient where an output gradient is given; adds to the parameters'.</summary>
    public (double[] Output, double[] Gates, double[] InputGradient) Run(ReadOnlySpan<float> x, int height, int width, ReadOnlySpan<float> dy)
        => Run(Exact(x), height, width, Exact(dy));

    /// <summary>The same in double.</summary>
    public (double[] Output, double[] Gates, double[] InputGradient) Run(double[] x, int height, int width, double[] dy)
    {
        double[] y = new double[x.Length];
        (double[] maxima, double[] z, double[] h, double[] a, double[] t, double[] s) = Forward(x, height, width);
        for (int i = 0; i < x.Length; i++)
            y[i] = s[i / (height * width)] * x[i];

        double share = 1.0 / (_settings.Squeeze == Squeeze.SumOverHPlusW ? height + width : height * width);
        return (y, s, dy.Length == 0 ? [] : Backward(x, dy, height * width, share, maxima, z, h, a, t, s));
    }

    private (double[] Maxima, double[] Z, double[] H, double[] A, double[] T, double[] S) Forward(ReadOnlySpan<double> x, int height, int width)
    {
        int channels = _settings.Channels, hidden = _settings.Hidden, pixels = height * width;
        double[] z = new double[channels], maxima = new double[channels];
        double share = 1.0 / (_settings.Squeeze == Squeeze.SumOverHPlusW ? height + width : pixels);
        for (int c = 0; c < channels; c++)
        {
            double sum = 0, largest = double.NegativeInfinity;
            for (int i = 0; i < pixels; i++)
            {
                sum += x[c * pixels + i];
                largest = Math.Max(largest, x[c * pixels + i]);
            }

            maxima[c] = largest;
            z[c] = _settings.Squeeze switch
            {
                Squeeze.Max => largest,
                Squeeze.MeanMaxAverage => 0.5 * sum * share + 0.5 * largest,
                _ => sum * share,
            };
        }

        double[] h = new double[hidden], a = new double[hidden];
        for (int r = 0; r < hidden; r++)
        {
            h[r] = _settings.HasReduceBias ? _b1[r] : 0;
            for (int c = 0; c < channels; c++)
                h[r] += _w1[r * channels + c] * z[c];

            a[r] = Activate(h[r]);
        }

        double[] t = new double[channels], s = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            t[c] = _settings.HasExpandBias ? _b2[c] : 0;
            for (int r = 0; r < hidden; r++)
                t[c] += _w2[c * hidden + r] * a[r];

            s[c] = GateOf(t[c]);
        }

        return (maxima, z, h, a, t, s);
    }

    private double[] Backward(
        double[] x, double[] dy, int pixels, double share, double[] maxima, double[] z, double[] h, double[] a, double[] t, double[] s)
    {
        int channels = _settings.Channels, hidden = _settings.Hidden;
        double[] dt = new double[channels], dh = new double[hidden], dx = new double[x.Length];
        for (int c = 0; c < channels; c++)
        {
            double ds = 0;
            for (int i = 0; i < pixels; i++)
                ds += dy[c * pixels + i] * x[c * pixels + i];

            dt[c] = ds * GateSlope(t[c], s[c]);
            if (_settings.HasExpandBias)
                GradB2[c] += dt[c];

            for (int r = 0; r < hidden; r++)
                GradW2[c * hidden + r] += dt[c] * a[r];
        }

        for (int r = 0; r < hidden; r++)
        {
            double da = 0;
            for (int c = 0; c < channels; c++)
                da += _w2[c * hidden + r] * dt[c];

            dh[r] = da * Slope(h[r]);
            if (_settings.HasReduceBias)
                GradB1[r] += dh[r];

            for (int c = 0; c < channels; c++)
                GradW1[r * channels + c] += dh[r] * z[c];
        }

        for (int c = 0; c < channels; c++)
        {
            double dz = 0;
            for (int r = 0; r < hidden; r++)
                dz += _w1[r * channels + c] * dh[r];

            int ties = 0;
            for (int i = 0; i < pixels; i++)
                ties += x[c * pixels + i] == maxima[c] ? 1 : 0;

            double ofMean = _settings.Squeeze switch { Squeeze.Max => 0, Squeeze.MeanMaxAverage => 0.5 * share, _ => share };
            double ofMaximum = _settings.Squeeze switch { Squeeze.Max => 1.0 / ties, Squeeze.MeanMaxAverage => 0.5 / ties, _ => 0 };
            for (int i = 0; i < pixels; i++)
                dx[c * pixels + i] = s[c] * dy[c * pixels + i] + dz * (ofMean + (x[c * pixels + i] == maxima[c] ? ofMaximum : 0));
        }

        return dx;
    }

    private static double[] Exact(ReadOnlySpan<float> values)
    {
        double[] exact = new double[values.Length];
        for (int i = 0; i < exact.Length; i++)
            exact[i] = values[i];

        return exact;
    }

    private static double[] Values(ParameterSet parameters, string name)
        => parameters.TryGet(name, out Parameter? parameter) ? [.. parameter.Values.ToArray().Select(v => (double)v)] : [];

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    private double Activate(double v) => Textbook.Activate(_settings.Activation, v);

    private double Slope(double v)
    {
        Near(v, Slopes.Kinks(_settings.Activation));
        return Slopes.Of(_settings.Activation, v);
    }

    private double GateOf(double v) => _settings.Gate == Gate.Sigmoid ? Sigmoid(v) : Math.Clamp(v / 6 + 0.5, 0, 1);

    private double GateSlope(double t, double s)
    {
        if (_settings.Gate == Gate.Sigmoid)
            return s * (1 - s);

        Near(t, [-3, 3]);
        return t is > -3 and < 3 ? 1.0 / 6 : 0;
    }

    private void Near(double value, ReadOnlySpan<double> kinks)
    {
        foreach (double kink in kinks)
            KinkMargin = Math.Min(KinkMargin, Math.Abs(value - kink));
    }
}
