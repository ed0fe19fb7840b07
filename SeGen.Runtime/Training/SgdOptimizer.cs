using System.Numerics;
using System.Runtime.InteropServices;

namespace SeGen;

/// <summary>
/// Stochastic gradient descent: g += decay p; buffer = momentum buffer + (1 - dampening) g, at the first step g itself;
/// p -= rate buffer, or with nesterov rate (g + momentum buffer).
/// </summary>
/// <remarks>torch.optim.SGD; Sutskever et al.: On the importance of initialization and momentum in deep learning (2013).</remarks>
public sealed class SgdOptimizer : Optimizer
{
    private readonly float _momentum, _dampening;
    private readonly bool _nesterov;

    /// <summary>An optimizer of a module's parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">The factor of a step, at least 0.</param>
    /// <param name="momentum">How much of the last step goes into the next; at least 0 and below 1.</param>
    /// <param name="dampening">How much of the gradient does not go into the buffer; at least 0 and below 1.</param>
    /// <param name="weightDecay">How much of the value is added to its gradient; at least 0.</param>
    /// <param name="nesterov">Whether the momentum is added once more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException">Nesterov without momentum, or with dampening.</exception>
    public SgdOptimizer(
        ParameterSet parameters, float learningRate, float momentum = 0, float dampening = 0, float weightDecay = 0, bool nesterov = false)
        : base(parameters, learningRate, weightDecay, momentum == 0 ? [] : ["momentum"])
    {
        _momentum = Require(momentum, 0, 1, nameof(momentum));
        _dampening = Require(dampening, 0, 1, nameof(dampening));
        _nesterov = nesterov && (momentum == 0 || dampening != 0)
            ? throw new ArgumentException(
                $"Nesterov needs a momentum and no dampening; given were {momentum} and {dampening}.", nameof(nesterov))
            : nesterov;
    }

    internal override IReadOnlyList<float> Settings => [_momentum, _dampening, WeightDecay, _nesterov ? 1 : 0];

    private protected override void Update(Span<float> values, ReadOnlySpan<float> gradient, float[][] buffers, float decay, long step)
    {
        Span<float> buffer = _momentum == 0 ? [] : buffers[0];
        float kept = step == 1 ? 0 : _momentum, taken = step == 1 ? 1 : 1 - _dampening;
        int whole = values.Length - values.Length % Vector<float>.Count;
        Span<Vector<float>> p = MemoryMarshal.Cast<float, Vector<float>>(values), b = MemoryMarshal.Cast<float, Vector<float>>(buffer);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        for (int i = 0; i < p.Length; i++)
        {
            Vector<float> change = g[i] + new Vector<float>(decay) * p[i];
            if (_momentum != 0)
            {
                b[i] = new Vector<float>(kept) * b[i] + new Vector<float>(taken) * change;
                change = _nesterov ? change + new Vector<float>(_momentum) * b[i] : b[i];
            }

            p[i] -= new Vector<float>(LearningRate) * change;
        }

        for (int i = whole; i < values.Length; i++)
        {
            float change = gradient[i] + decay * values[i];
            if (_momentum != 0)
            {
                buffer[i] = kept * buffer[i] + taken * change;
                change = _nesterov ? change + _momentum * buffer[i] : buffer[i];
            }

            values[i] -= LearningRate * change;
        }
    }
}
