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
        ParameterSet parameters, Span<float> packed, string prefix, int channels, int hidden, int reduceAt, int reduceBiasAt, int expandAt, int expandBiasAt)
    {
        int padded = (channels + Lanes - 1) / Lanes * Lanes;
        packed.Clear();
        if (hidden > 0)
        {
            ReadOnlySpan<float> reduce = parameters[$"{prefix}fc1.weight"].Values, expand = parameters[$"{prefix}fc2.weight"].Values;
            for (int r = 0; r < hidden; r++)
            {
                reduce.Slice(r * channels, channels).CopyTo(packed[(reduceAt + r * padded)..]);
                for (int c = 0; c < channels; c++)
                    packed[expandAt + r * padded + c] = expand[c * hidden + r];
            }

            if (reduceBiasAt >= 0)
                parameters[$"{prefix}fc1.bias"].Values.CopyTo(packed[reduceBiasAt..]);
        }

        if (expandBiasAt >= 0)
            parameters[$"{prefix}fc2.bias"].Values.CopyTo(packed[expandBiasAt..]);
    }
}

/// <summary>Writes a dense layer over values that lie in the layout of the kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LinearPacking
{
    private const int Lanes = 16;

    /// <summary>Biases for whole blocks of outputs, then 16 weights for every float of the input as it lies in memory, borders and spare lanes included.</summary>
    public static void Pack(
        ParameterSet parameters, Span<float> packed, string name, int features, int channels, int height, int width, int border, int pixel)
    {
        ReadOnlySpan<float> weights = parameters[$"{name}.weight"].Values;
        ReadOnlySpan<float> biases = parameters.TryGet($"{name}.bias", out Parameter? bias) ? bias.Values : default;
        int row = (width + 2 * border) * pixel, plane = (height + 2 * border) * row, inputs = (channels + pixel - 1) / pixel * plane;
        int blocks = (features + Lanes - 1) / Lanes;
        packed.Clear();
        for (int o = 0; o < features; o++)
        {
            packed[o] = biases.IsEmpty ? 0f : biases[o];
            Span<float> block = packed.Slice(blocks * Lanes + o / Lanes * Lanes * inputs, Lanes * inputs)[(o % Lanes)..];
            int i = o * channels * height * width;
            for (int c = 0; c < channels; c++)
            {
                for (int y = 0; y < height; y++)
                {
                    for (int x = 0; x < width; x++)
                        block[(c / pixel * plane + (y + border) * row + (x + border) * pixel + c % pixel) * Lanes] = weights[i++];
                }
            }
        }
    }
}
