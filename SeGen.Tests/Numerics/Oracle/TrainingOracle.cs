namespace SeGen.Tests.Numerics.Oracle;

/// <summary>
/// A training step in double precision: every layer notes how its gradient goes back, and the notes are read in reverse. With statistics of
/// the batch, or frozen with the running ones.
/// </summary>
internal sealed class TrainingOracle(IModule module, bool frozen) : NetworkReading<Signal>(module)
{
    private readonly Stack<Action> _back = new();
    private readonly Dictionary<string, double[]> _gradients = [];
    private readonly long _dropoutSeed = module.DropoutSeed;
    private int _dropouts;

    /// <summary>What the running statistics become, by name.</summary>
    public Dictionary<string, double[]> Statistics { get; } = [];

    /// <summary>The smallest distance of a value to a kink of its function: near one, rounding alone decides which side a gradient is of.</summary>
    public double KinkMargin { get; private set; } = double.PositiveInfinity;

    /// <summary>The gradient of a parameter by SeGen's name.</summary>
    public double[] Gradient(string parameter) => _gradients.TryGetValue(parameter, out double[]? gradient)
        ? gradient
        : _gradients[parameter] = new double[Module.Parameters[parameter].Values.Length];

    /// <summary>The output of a batch.</summary>
    public Signal Forward(Signal x) => Run(x);

    /// <summary>Sends a gradient of the output back to the input and to all parameters.</summary>
    public void Backward(Signal output, ReadOnlySpan<double> gradient)
    {
        int length = output.Images[0].Values.Length;
        for (int n = 0; n < output.Images.Length; n++)
            gradient.Slice(n * length, length).CopyTo(output.Gradients[n].Values);

        while (_back.TryPop(out Action? step))
            step();
    }

    protected override int Channels(Signal x) => x.Channels;

    protected override Signal Conv(Signal x, string name, int channels, int kernel, int stride, int padding, int dilation, int groups)
    {
        float[] weights = P($"{name}.weight").ToArray(), bias = P($"{name}.bias").ToArray();
        return Each(x, image => Textbook.Conv(image, weights, bias, channels, kernel, stride, padding, dilation, groups), (image, dx, y, dy) =>
            Slopes.Conv(image, dx, dy, weights, Gradient($"{name}.weight"), bias.Length == 0 ? [] : Gradient($"{name}.bias"), kernel, stride, padding, dilation, groups));
    }

    protected override Signal Norm(Signal x, string name, double epsilon, double momentum)
    {
        float[] weight = P($"{name}.weight").ToArray(), bias = P($"{name}.bias").ToArray(), oldMean = P($"{name}.running_mean").ToArray(), oldVariance = P($"{name}.running_var").ToArray();
        int channels = x.Channels, pixels = x.Images[0].Pixels, count = x.Images.Length * pixels;
        double[] mean = [.. oldMean.Select(v => (double)v)], variance = [.. oldVariance.Select(v => (double)v)];
        if (!frozen)
        {
            for (int c = 0; c < channels; c++)
            {
                mean[c] = Over(x.Images, c).Sum() / count;
                variance[c] = Over(x.Images, c).Sum(v => (v - mean[c]) * (v - mean[c])) / count;
            }

            // The running variance takes the unbiased one.
            Statistics[$"{name}.running_mean"] = [.. mean.Select((m, c) => (1 - momentum) * oldMean[c] + momentum * m)];
            Statistics[$"{name}.running_var"] = [.. variance.Select((v, c) => (1 - momentum) * oldVariance[c] + momentum * v * count / (count - 1))];
        }

        double root(int c) => 1 / Math.Sqrt(variance[c] + epsilon);
        var y = new Signal(x.Images.Select(image => image.Select((v, c) => (v - mean[c]) * root(c) * weight[c] + bias[c])));
        _back.Push(() =>
        {
            double[] dw = Gradient($"{name}.weight"), db = Gradient($"{name}.bias");
            for (int c = 0; c < channels; c++)
            {
                double[] g = [.. Over(y.Gradients, c)], hat = [.. Over(x.Images, c).Select(v => (v - mean[c]) * root(c))];
                double sum = g.Sum(), product = g.Zip(hat, (a, b) => a * b).Sum();
                dw[c] += product;
                db[c] += sum;
                for (int i = 0; i < count; i++)
                {
                    double inner = frozen ? g[i] : g[i] - sum / count - hat[i] * product / count;
                    x.Gradients[i / pixels].Values[c * pixels + i % pixels] += weight[c] * root(c) * inner;
                }
            }
        });
        return y;
    }

    protected override Signal Activate(Signal x, Activation function) => Each(x, image => image.Select(v => Textbook.Activate(function, v)), (image, dx, y, dy) =>
    {
        for (int i = 0; i < dx.Values.Length; i++)
        {
            KinkMargin = Math.Min(KinkMargin, Slopes.Kinks(function).Select(k => Math.Abs(image.Values[i] - k)).DefaultIfEmpty(double.PositiveInfinity).Min());
            dx.Values[i] += dy.Values[i] * Slopes.Of(function, image.Values[i]);
        }
    });

    protected override Signal Pool(Signal x, bool maximum, int kernel, int stride, int padding, bool ceil)
        => Each(x, image => Textbook.Pool(image, maximum, kernel, stride, padding, ceil), (image, dx, y, dy) => Slopes.Pool(image, dx, dy, maximum, kernel, stride, padding));

    protected override Signal Mean(Signal x) => Each(x, Textbook.Mean, (image, dx, y, dy) =>
    {
        for (int i = 0; i < dx.Values.Length; i++)
            dx.Values[i] += dy.Values[i / image.Pixels] / image.Pixels;
    });

    protected override Signal Linear(Signal x, string name, int features)
    {
        float[] weights = P($"{name}.weight").ToArray(), bias = P($"{name}.bias").ToArray();
        return Each(x, image => Textbook.Linear(image, weights, bias, features), (image, dx, y, dy) =>
        {
            double[] dw = Gradient($"{name}.weight"), db = bias.Length == 0 ? [] : Gradient($"{name}.bias");
            for (int o = 0; o < features; o++)
            {
                if (db.Length > 0)
                    db[o] += dy.Values[o];

                for (int i = 0; i < dx.Values.Length; i++)
                {
                    dw[o * dx.Values.Length + i] += dy.Values[o] * image.Values[i];
                    dx.Values[i] += dy.Values[o] * weights[o * dx.Values.Length + i];
                }
            }
        });
    }

    protected override Signal Dropout(Signal x, double p)
    {
        int number = _dropouts++;
        double factor(int image, int i) => DropoutHash.Keeps(_dropoutSeed, number, image, x.Channels, x.Images[image].Pixels, i, p) ? 1 / (1 - p) : 0;
        var y = new Signal(x.Images.Select((image, n) => image with { Values = [.. image.Values.Select((v, i) => v * factor(n, i))] }));
        _back.Push(() =>
        {
            for (int n = 0; n < x.Images.Length; n++)
            {
                for (int i = 0; i < x.Gradients[n].Values.Length; i++)
                    x.Gradients[n].Values[i] += y.Gradients[n].Values[i] * factor(n, i);
            }
        });
        return y;
    }

    protected override Signal Add(Signal a, Signal b)
    {
        var y = new Signal(a.Images.Zip(b.Images, Textbook.Add));
        _back.Push(() =>
        {
            foreach (Map[] gradients in new[] { a.Gradients, b.Gradients })
            {
                for (int n = 0; n < gradients.Length; n++)
                    AddTo(gradients[n].Values, y.Gradients[n].Values);
            }
        });
        return y;
    }

    protected override Signal Gate(Signal x, string prefix, GateSettings settings)
    {
        var oracle = new GateOracle(settings, name => [.. P(prefix + name).ToArray().Select(v => (double)v)]);
        var y = new Signal(x.Images.Select(image => image with { Values = oracle.Run(image.Values, image.Height, image.Width, []).Output }));
        _back.Push(() =>
        {
            for (int n = 0; n < x.Images.Length; n++)
                AddTo(x.Gradients[n].Values, oracle.Run(x.Images[n].Values, x.Images[n].Height, x.Images[n].Width, y.Gradients[n].Values).InputGradient);

            foreach (string name in new[] { "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias" }.Where(n => Module.Parameters.TryGet(prefix + n, out _)))
                AddTo(Gradient(prefix + name), oracle.Gradient(name));

            KinkMargin = Math.Min(KinkMargin, oracle.KinkMargin);
        });
        return y;
    }

    /// <summary>A layer that treats every image by itself.</summary>
    private Signal Each(Signal x, Func<Map, Map> forward, Action<Map, Map, Map, Map> backward)
    {
        var y = new Signal(x.Images.Select(forward));
        _back.Push(() =>
        {
            for (int n = 0; n < x.Images.Length; n++)
                backward(x.Images[n], x.Gradients[n], y.Images[n], y.Gradients[n]);
        });
        return y;
    }

    private static IEnumerable<double> Over(Map[] images, int channel) => images.SelectMany(m => m.Values.Skip(channel * m.Pixels).Take(m.Pixels));

    private static void AddTo(double[] sum, double[] values)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += values[i];
    }
}
