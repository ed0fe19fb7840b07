using System.Numerics;
using System.Runtime.InteropServices;

namespace SeGen;

/// <summary>
/// Adam: m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= rate / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + epsilon), with the decay
/// added to the gradient.
/// </summary>
/// <remarks>torch.optim.Adam; Kingma and Ba: Adam (2014), https://arxiv.org/abs/1412.6980.</remarks>
public class AdamOptimizer : Optimizer
{
    private readonly float _beta1, _beta2, _epsilon;

    /// <summary>An optimizer of a module's parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">The factor of a step, at least 0.</param>
    /// <param name="beta1">How much of the mean of the gradients is kept; at least 0 and below 1.</param>
    /// <param name="beta2">How much of the mean of their squares is kept; at least 0 and below 1.</param>
    /// <param name="epsilon">What is added to the denominator; at least 0.</param>
    /// <param name="weightDecay">How much of the value is added to its gradient; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public AdamOptimizer(
        ParameterSet parameters, float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f,
        float weightDecay = 0)
        : base(parameters, learningRate, weightDecay, ["mean", "square"])
    {
        _beta1 = Require(beta1, 0, 1, nameof(beta1));
        _beta2 = Require(beta2, 0, 1, nameof(beta2));
        _epsilon = Require(epsilon, 0, float.MaxValue, nameof(epsilon));
    }

    internal override IReadOnlyList<float> Settings => [_beta1, _beta2, _epsilon, WeightDecay];

    /// <summary>Whether values shrink by themselves instead of by their gradient.</summary>
    private protected virtual bool IsDecoupled => false;

    private protected override void Update(Span<float> values, ReadOnlySpan<float> gradient, float[][] buffers, float decay, long step)
    {
        Span<float> means = buffers[0], squares = buffers[1];
        float added = IsDecoupled ? 0 : decay, shrink = IsDecoupled ? (float)(1 - (double)LearningRate * decay) : 1;
        float rate = (float)(LearningRate / (1 - Math.Pow(_beta1, step))), root = (float)Math.Sqrt(1 - Math.Pow(_beta2, step));
        int whole = values.Length - values.Length % Vector<float>.Count;
        Span<Vector<float>> p = MemoryMarshal.Cast<float, Vector<float>>(values);
        Span<Vector<float>> m = MemoryMarshal.Cast<float, Vector<float>>(means), v = MemoryMarshal.Cast<float, Vector<float>>(squares);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        for (int i = 0; i < p.Length; i++)
        {
            Vector<float> slope = g[i] + new Vector<float>(added) * p[i];
            m[i] = new Vector<float>(_beta1) * m[i] + new Vector<float>(1 - _beta1) * slope;
            v[i] = new Vector<float>(_beta2) * v[i] + new Vector<float>(1 - _beta2) * (slope * slope);
            Vector<float> denominator = Vector.SquareRoot(v[i]) / new Vector<float>(root) + new Vector<float>(_epsilon);
            p[i] = new Vector<float>(shrink) * p[i] - new Vector<float>(rate) * (m[i] / denominator);
        }

        for (int i = whole; i < values.Length; i++)
        {
            float slope = gradient[i] + added * values[i];
            means[i] = _beta1 * means[i] + (1 - _beta1) * slope;
            squares[i] = _beta2 * squares[i] + (1 - _beta2) * (slope * slope);
            values[i] = shrink * values[i] - rate * (means[i] / (MathF.Sqrt(squares[i]) / root + _epsilon));
        }
    }
}

/// <summary>Adam with the decay apart from the gradient: p shrinks by 1 - rate decay before the step.</summary>
/// <remarks>torch.optim.AdamW; Loshchilov and Hutter: Decoupled Weight Decay Regularization (2017), https://arxiv.org/abs/1711.05101.</remarks>
public sealed class AdamWOptimizer : AdamOptimizer
{
    /// <summary>An optimizer of a module's parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">The factor of a step, at least 0.</param>
    /// <param name="beta1">How much of the mean of the gradients is kept; at least 0 and below 1.</param>
    /// <param name="beta2">How much of the mean of their squares is kept; at least 0 and below 1.</param>
    /// <param name="epsilon">What is added to the denominator; at least 0.</param>
    /// <param name="weightDecay">How much a value shrinks with each step, times the learning rate; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public AdamWOptimizer(
        ParameterSet parameters, float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f,
        float weightDecay = 0.01f)
        : base(parameters, learningRate, beta1, beta2, epsilon, weightDecay)
    {
    }

    private protected override bool IsDecoupled => true;
}
