using System.Numerics.Tensors;

namespace SeGen;

/// <summary>Keeps gradients within bounds, before an optimizer's step.</summary>
public static class GradientClipping
{
    // Sums of so many squares are added up in double: a network's gradient has millions of values.
    private const int Chunk = 4096;

    /// <summary>
    /// Scales all gradients so that their common norm is no more than the given one: by limit / (norm + 1e-6), where that is below 1.
    /// </summary>
    /// <remarks>torch.nn.utils.clip_grad_norm_; Pascanu et al.: On the difficulty of training recurrent neural networks (2012).</remarks>
    /// <param name="parameters">What is trained.</param>
    /// <param name="limit">The largest norm, above 0.</param>
    /// <returns>The norm before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0.</exception>
    public static float ClipGradientNorm(this ParameterSet parameters, float limit)
    {
        Check(parameters, limit);
        double squares = 0;
        for (int i = 0; i < parameters.Count; i++)
        {
            ReadOnlySpan<float> gradient = GradientOf(parameters[i]);
            for (int at = 0; at < gradient.Length; at += Chunk)
                squares += TensorPrimitives.SumOfSquares(gradient.Slice(at, Math.Min(Chunk, gradient.Length - at)));
        }

        // A norm that is no number makes all gradients none, as in PyTorch: a broken step shows.
        float norm = (float)Math.Sqrt(squares), factor = limit / (norm + 1e-6f);
        for (int i = 0; i < parameters.Count && !(factor >= 1); i++)
        {
            Span<float> gradient = GradientOf(parameters[i]);
            TensorPrimitives.Multiply(gradient, factor, gradient);
        }

        return norm;
    }

    /// <summary>Cuts every value of the gradients to within -limit and limit; torch.nn.utils.clip_grad_value_.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="limit">The largest magnitude, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0.</exception>
    public static void ClipGradientValues(this ParameterSet parameters, float limit)
    {
        Check(parameters, limit);
        for (int i = 0; i < parameters.Count; i++)
        {
            Span<float> gradient = GradientOf(parameters[i]);
            TensorPrimitives.Clamp(gradient, -limit, limit, gradient);
        }
    }

    private static Span<float> GradientOf(Parameter parameter) => parameter.IsTrainable && parameter.HasGradient ? parameter.Gradient : [];

    internal static void Check(ParameterSet parameters, float limit)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(limit > 0))
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "limit must be above 0.");
    }
}
