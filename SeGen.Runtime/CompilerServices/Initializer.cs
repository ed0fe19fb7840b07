using System.ComponentModel;

namespace SeGen;

/// <summary>First values of a parameter, by PyTorch's default distributions (not its random bits).</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Initializer
{
    private readonly Random? _random;
    private readonly float _bound;

    private Initializer(Random? random, float bound)
    {
        _random = random;
        _bound = bound;
    }

    /// <summary>
    /// Uniform within 1 / sqrt(fan in): what kaiming_uniform(a = sqrt 5) comes to for the weights of dense and convolution layers,
    /// and PyTorch's choice for their biases. Zero where nothing comes in.
    /// </summary>
    /// <param name="random">Where the numbers come from; parameters draw one after the other.</param>
    /// <param name="fanIn">Inputs of one output.</param>
    public static Initializer KaimingUniform(Random random, int fanIn)
        => new(random, fanIn > 0 ? 1f / MathF.Sqrt(fanIn) : 0f);

    /// <summary>One value everywhere.</summary>
    public static Initializer Constant(float value) => new(null, value);

    internal void Fill(Span<float> values)
    {
        if (_random is null)
        {
            values.Fill(_bound);
            return;
        }

        foreach (ref float value in values)
            value = (_random.NextSingle() * 2f - 1f) * _bound;
    }
}
