using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SeGen.CompilerServices;

/// <summary>The order in which a convolution's kernel reads its inputs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum ConvLayout
{
    /// <summary>Block by block of 16 inputs, tap by tap, the 16 inputs of a tap.</summary>
    Blocks,

    /// <summary>Plane by plane, tap by tap.</summary>
    Planes,

    /// <summary>Tap by tap, the inputs of a group.</summary>
    InGroup,

    /// <summary>
    /// Transformed for F(2x2, 3x3): by groups of blocks of outputs, then point by point, block by block, the 16 outputs of each input.
    /// </summary>
    Winograd2,

    /// <summary>The same for F(4x4, 3x3).</summary>
    Winograd4,
}

/// <summary>The shape of a convolution's weights.</summary>
/// <param name="Channels">Outputs.</param>
/// <param name="InChannels">Inputs.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Groups">Groups.</param>
/// <param name="Layout">The order of inputs.</param>
/// <param name="Inputs">Blocks, planes or inputs that the kernel reads for one output; where weights are transformed, blocks of outputs in
/// a group.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct ConvShape(int Channels, int InChannels, int Kernel, int Groups, ConvLayout Layout, int Inputs)
{
    /// <summary>Whether the weights are transformed for Winograd's filtering.</summary>
    internal bool IsTransformed => Layout is ConvLayout.Winograd2 or ConvLayout.Winograd4;

    internal PackedConv Packed => new(Channels, InChannels, Kernel * Kernel, Groups, Layout, Inputs);
}

/// <summary>A batch norm that is folded into what is before it.</summary>
/// <param name="Name">Its parameters' names without the last part.</param>
/// <param name="Epsilon">What is added to the variance.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record NormSource(string Name, double Epsilon)
{
    /// <summary>As y = scale x + shift for each channel.</summary>
    internal (float Scale, float Shift)[] Fold(ParameterSet parameters)
    {
        ReadOnlySpan<float> weight = parameters[$"{Name}.weight"].Values, bias = parameters[$"{Name}.bias"].Values;
        ReadOnlySpan<float> mean = parameters[$"{Name}.running_mean"].Values, variance = parameters[$"{Name}.running_var"].Values;
        var folded = new (float, float)[weight.Length];
        for (int c = 0; c < folded.Length; c++)
        {
            double scale = weight[c] / Math.Sqrt(variance[c] + Epsilon);
            folded[c] = ((float)scale, (float)(bias[c] - mean[c] * scale));
        }

        return folded;
    }
}

/// <summary>Writes a convolution's weights in the form in which its kernel reads them, a batch norm folded in.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ConvPacking
{
    /// <summary>Biases for whole blocks of outputs, then the weights of each block.</summary>
    /// <param name="parameters">Where the weights are.</param>
    /// <param name="packed">Where they go.</param>
    /// <param name="name">The convolution's parameters without the last part.</param>
    /// <param name="norm">The batch norm after it, or null.</param>
    /// <param name="shape">The shape of the weights.</param>
    public static void Pack(ParameterSet parameters, Span<float> packed, string name, NormSource? norm, ConvShape shape)
    {
        ReadOnlySpan<float> weights = parameters[$"{name}.weight"].Values;
        ReadOnlySpan<float> biases = parameters.TryGet($"{name}.bias", out Parameter? bias) ? bias.Values : default;
        (float Scale, float Shift)[]? folded = norm?.Fold(parameters);
        if (shape.IsTransformed)
        {
            WinogradPacking.Pack(weights, turned: false, folded, shape, packed[Biases(biases, folded, shape.Channels, packed)..]);
            return;
        }

        Pack(weights, biases, folded, shape.Packed, packed);
    }

    /// <summary>The same from the values themselves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Pack(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, (float Scale, float Shift)[]? folded, PackedConv conv, Span<float> packed)
    {
        Span<float> blocks = packed[Biases(biases, folded, conv.Channels, packed)..];
        blocks.Clear();
        for (int o = 0; o < conv.Channels; o++)
        {
            float scale = folded?[o].Scale ?? 1f;
            int from = o * conv.GroupInputs * conv.Taps;
            for (int i = 0; i < conv.GroupInputs; i++)
            {
                for (int tap = 0, at = conv.At(o, i); tap < conv.Taps; tap++, at += conv.Tap)
                    blocks[at] = weights[from++] * scale;
            }
        }
    }

    /// <summary>Writes the biases, for whole blocks, and returns how many floats they take.</summary>
    internal static int Biases(ReadOnlySpan<float> biases, (float Scale, float Shift)[]? folded, int channels, Span<float> packed)
    {
        int length = (channels + PackedConv.Lanes - 1) / PackedConv.Lanes * PackedConv.Lanes;
        packed[..length].Clear();
        for (int o = 0; o < channels; o++)
        {
            (float scale, float shift) = folded?[o] ?? (1f, 0f);
            packed[o] = (biases.IsEmpty ? 0f : biases[o] * scale) + shift;
        }

        return length;
    }
}
