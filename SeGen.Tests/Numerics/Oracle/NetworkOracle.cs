namespace SeGen.Tests.Numerics.Oracle;

/// <summary>A module's inference for one image in double precision, with the module's own weights.</summary>
/// <param name="module">The module, for its weights.</param>
/// <param name="calibrate">
/// Whether every batch norm is given statistics that suit what it sees, so that the signal of a deep network with random weights does not
/// fade and the output says something about the input. Writes to the module's parameters.
/// </param>
internal sealed class NetworkOracle(IModule module, bool calibrate) : NetworkReading<Map>(module)
{
    private readonly Random _random = new(11);

    public double[] Run(ReadOnlySpan<float> image, int channels, int height, int width)
    {
        double[] values = new double[image.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = image[i];

        return Run(new Map(values, channels, height, width)).Values;
    }

    protected override int Channels(Map x) => x.Channels;

    protected override Map Conv(Map x, string name, int channels, int kernel, int stride, int padding, int dilation, int groups)
        => Textbook.Conv(x, P($"{name}.weight"), P($"{name}.bias"), channels, kernel, stride, padding, dilation, groups);

    protected override Map Norm(Map x, string name, double epsilon, double momentum)
    {
        if (calibrate)
            Calibrate(x, name);

        return Textbook.BatchNorm(x, P($"{name}.weight"), P($"{name}.bias"), P($"{name}.running_mean"), P($"{name}.running_var"), epsilon);
    }

    protected override Map Activate(Map x, Activation function) => x.Select(v => Textbook.Activate(function, v));

    protected override Map Pool(Map x, bool maximum, int kernel, int stride, int padding, bool ceil) => Textbook.Pool(x, maximum, kernel, stride, padding, ceil);

    protected override Map Mean(Map x) => Textbook.Mean(x);

    protected override Map Linear(Map x, string name, int features) => Textbook.Linear(x, P($"{name}.weight"), P($"{name}.bias"), features);

    protected override Map Add(Map a, Map b) => Textbook.Add(a, b);

    protected override Map Gate(Map x, string prefix, GateSettings settings)
    {
        var oracle = new GateOracle(settings, name => [.. P(prefix + name).ToArray().Select(v => (double)v)]);
        double[] factors = oracle.Factors(x.Values, x.Height, x.Width);
        return x.Select((v, c) => v * factors[c]);
    }

    /// <summary>
    /// Random parameters, with the variance of the whole layer: a channel's own, over the few pixels of a small map, would blow up the
    /// rounding of what came before.
    /// </summary>
    private void Calibrate(Map x, string name)
    {
        double square = Math.Max(x.Values.Average(v => v * v), 1e-6), root = Math.Sqrt(square);
        Span<float> weight = Module.Parameters[$"{name}.weight"].Write(), bias = Module.Parameters[$"{name}.bias"].Write();
        Span<float> mean = Module.Parameters[$"{name}.running_mean"].Write(), variance = Module.Parameters[$"{name}.running_var"].Write();
        for (int c = 0; c < x.Channels; c++)
        {
            weight[c] = 0.5f + _random.NextSingle();
            bias[c] = 0.6f * _random.NextSingle() - 0.3f;
            mean[c] = (float)(root * (0.6 * _random.NextDouble() - 0.3));
            variance[c] = (float)(square * (0.5 + _random.NextDouble()));
        }
    }
}
