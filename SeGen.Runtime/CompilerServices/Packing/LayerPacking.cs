using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>Writes a batch norm that stands alone as scales, then shifts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class NormPacking
{
    /// <summary>Scales for whole blocks of channels, then shifts.</summary>
    public static void Pack(ParameterSet parameters, Span<float> packed, NormSource norm)
    {
        packed.Clear();
        int padded = packed.Length / 2;
        (float Scale, float Shift)[] folded = norm.Fold(parameters);
        for (int c = 0; c < folded.Length; c++)
            (packed[c], packed[padded + c]) = folded[c];
    }
}

/// <summary>Writes the two dense layers of a gate.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GatePacking
{
    private const int Lanes = 16;

    /// <summary>The matrices in rows of whole vectors, the second one transposed; a position below 0 says that there is none.</summary>
    public static void Pack(
        ParameterSet parameters, Span<float> packed, string prefix, int channels, int hidden, int reduceAt, int reduceBiasAt, int expandAt,
        int expandBiasAt)
    {
        ReadOnlySpan<float> bias(string name, int at) => at < 0 ? default : parameters[$"{prefix}{name}.bias"].Values;
        Pack(
            parameters[$"{prefix}fc1.weight"].Values, bias("fc1", reduceBiasAt), parameters[$"{prefix}fc2.weight"].Values,
            bias("fc2", expandBiasAt), packed, channels, hidden,
            new GateFields(packed.Length, reduceAt, reduceBiasAt, expandAt, expandBiasAt));
    }

    /// <summary>The same from the values themselves.</summary>
    internal static void Pack(
        ReadOnlySpan<float> reduce, ReadOnlySpan<float> reduceBias, ReadOnlySpan<float> expand, ReadOnlySpan<float> expandBias,
        Span<float> packed, int channels, int hidden, GateFields fields)
    {
        int padded = (channels + Lanes - 1) / Lanes * Lanes;
        packed.Clear();
        for (int r = 0; r < hidden; r++)
        {
            reduce.Slice(r * channels, channels).CopyTo(packed[(fields.ReduceAt + r * padded)..]);
            for (int c = 0; c < channels; c++)
                packed[fields.ExpandAt + r * padded + c] = expand[c * hidden + r];
        }

        if (fields.ReduceBiasAt >= 0)
            reduceBias.CopyTo(packed[fields.ReduceBiasAt..]);

        if (fields.ExpandBiasAt >= 0)
            expandBias.CopyTo(packed[fields.ExpandBiasAt..]);
    }
}

/// <summary>Writes a dense layer over values that lie in the layout of the kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LinearPacking
{
    private const int Lanes = 16;

    /// <summary>
    /// Biases for whole blocks of outputs, then 16 weights for every float of the input as it lies in memory, borders and spare lanes
    /// included.
    /// </summary>
    public static void Pack(
        ParameterSet parameters, Span<float> packed, string name, int features, int channels, int height, int width, int border, int pixel)
    {
        Pack(
            parameters[$"{name}.weight"].Values, parameters.TryGet($"{name}.bias", out Parameter? bias) ? bias.Values : default, packed,
            features,
            new LinearShape(channels, height, width, border, pixel));
    }

    /// <summary>The same from the values themselves.</summary>
    internal static void Pack(ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, Span<float> packed, int features, LinearShape shape)
    {
        int inputs = shape.Length, blocks = (features + Lanes - 1) / Lanes;
        packed.Clear();
        for (int o = 0, i = 0; o < features; o++)
        {
            packed[o] = biases.IsEmpty ? 0f : biases[o];
            Span<float> block = packed.Slice(blocks * Lanes + o / Lanes * Lanes * inputs, Lanes * inputs)[(o % Lanes)..];
            for (int c = 0; c < shape.Channels; c++)
            {
                for (int y = 0; y < shape.Height; y++)
                {
                    for (int x = 0; x < shape.Width; x++)
                        block[shape.At(c, y, x) * Lanes] = weights[i++];
                }
            }
        }
    }
}
