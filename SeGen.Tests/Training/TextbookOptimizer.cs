namespace SeGen.Tests.Training;

/// <summary>PyTorch's formulas (semantics.md, section 4) in double, a value at a time.</summary>
internal sealed class TextbookOptimizer(string kind, float[] start)
{
    private readonly double[] _first = new double[start.Length], _second = new double[start.Length];
    private int _steps;

    public double[] Values { get; } = [.. start.Select(v => (double)v)];

    public void Step(float[] gradient)
    {
        _steps++;
        for (int i = 0; i < gradient.Length; i++)
        {
            if (kind.StartsWith("adam", StringComparison.Ordinal))
                Adam(i, gradient[i], kind == "adam decay" ? 0.1f : 0, kind == "adamw" ? 0.05f : 0);
            else
                Sgd(i, gradient[i], kind == "sgd" ? 0 : 0.9f, kind == "dampened" ? 0.1f : 0, kind switch { "dampened" => 0.01f, "nesterov" => 0.05f, _ => 0 });
        }
    }

    private void Sgd(int i, double g, double momentum, double dampening, double decay)
    {
        g += decay * Values[i];
        _first[i] = _steps == 1 ? g : momentum * _first[i] + (1 - dampening) * g;
        Values[i] -= 0.1f * (kind == "nesterov" ? g + momentum * _first[i] : momentum == 0 ? g : _first[i]);
    }

    private void Adam(int i, double g, double decay, double shrink)
    {
        const double Beta1 = 0.9f, Beta2 = 0.999f, Rate = 0.01f;
        g += decay * Values[i];
        Values[i] *= 1 - Rate * shrink;
        _first[i] = Beta1 * _first[i] + (1 - Beta1) * g;
        _second[i] = Beta2 * _second[i] + (1 - Beta2) * g * g;
        Values[i] -= Rate / (1 - Math.Pow(Beta1, _steps)) * _first[i] / (Math.Sqrt(_second[i]) / Math.Sqrt(1 - Math.Pow(Beta2, _steps)) + 1e-8f);
    }
}
