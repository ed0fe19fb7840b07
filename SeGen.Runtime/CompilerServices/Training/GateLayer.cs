using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>Where the matrices and biases of a gate lie, or their gradients; below 0 for what it does not have.</summary>
/// <param name="Length">Floats of all.</param>
/// <param name="ReduceAt">The first matrix, [hidden, channels] in whole vectors.</param>
/// <param name="ReduceBiasAt">Its biases.</param>
/// <param name="ExpandAt">The second matrix, transposed.</param>
/// <param name="ExpandBiasAt">Its biases.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct GateFields(int Length, int ReduceAt, int ReduceBiasAt, int ExpandAt, int ExpandBiasAt);

/// <summary>A gate in training.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GateLayer : TrainedLayer
{
    private const int Lanes = 16;

    private readonly Parameter _reduce, _expand;
    private readonly Parameter? _reduceBias, _expandBias;
    private readonly int _channels, _hidden;
    private readonly GateFields _weights, _gradients;
    private readonly AlignedBuffer _packed, _sums;

    /// <summary>A gate.</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="prefix">What stands before fc1 and fc2.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="hidden">Hidden channels.</param>
    /// <param name="weights">Where its weights lie.</param>
    /// <param name="gradients">Where their gradients lie.</param>
    public GateLayer(ParameterSet parameters, string prefix, int channels, int hidden, GateFields weights, GateFields gradients)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (_reduce, _expand) = (parameters[$"{prefix}fc1.weight"], parameters[$"{prefix}fc2.weight"]);
        _reduceBias = weights.ReduceBiasAt < 0 ? null : parameters[$"{prefix}fc1.bias"];
        _expandBias = weights.ExpandBiasAt < 0 ? null : parameters[$"{prefix}fc2.bias"];
        (_channels, _hidden, _weights, _gradients) = (channels, hidden, weights, gradients);
        (_packed, _sums) = (new AlignedBuffer(weights.Length), new AlignedBuffer(gradients.Length));
    }

    /// <summary>The weights for the kernels of both ways.</summary>
    public ref readonly float Weights => ref _packed.Start;

    /// <summary>The sums of the gradients.</summary>
    public ref float Sums => ref _sums.Start;

    internal override void Pack() => GatePacking.Pack(
        _reduce.Values, _reduceBias is null ? default : _reduceBias.Values, _expand.Values,
        _expandBias is null ? default : _expandBias.Values, _packed.Span, _channels, _hidden, _weights);

    internal override void AddGradients()
    {
        int padded = (_channels + Lanes - 1) / Lanes * Lanes;
        ReadOnlySpan<float> sums = _sums.Span;
        Span<float> reduce = _reduce.Gradient, expand = _expand.Gradient;
        for (int r = 0; r < _hidden; r++)
        {
            for (int c = 0; c < _channels; c++)
            {
                reduce[r * _channels + c] += sums[_gradients.ReduceAt + r * padded + c];
                expand[c * _hidden + r] += sums[_gradients.ExpandAt + r * padded + c];
            }
        }

        AddBias(_reduceBias, _gradients.ReduceBiasAt);
        AddBias(_expandBias, _gradients.ExpandBiasAt);
    }

    private void AddBias(Parameter? bias, int at)
    {
        if (bias is null)
            return;

        Span<float> gradient = bias.Gradient;
        ReadOnlySpan<float> sums = _sums.Span.Slice(at, gradient.Length);
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] += sums[i];
    }
}
