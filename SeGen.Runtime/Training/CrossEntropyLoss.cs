using System.Numerics.Tensors;

namespace SeGen;

/// <summary>
/// The mean over a batch of -sum q log softmax(logits), with q = 1 at the target; with label smoothing e, q = 1 - e + e / classes at the
/// target and e / classes elsewhere.
/// </summary>
/// <remarks>torch.nn.CrossEntropyLoss; Szegedy et al.: Rethinking the Inception Architecture (2015), section 7.</remarks>
public sealed class CrossEntropyLoss
{
    private readonly double _smoothing;
    private readonly int _ignoreIndex;

    /// <summary>A loss.</summary>
    /// <param name="labelSmoothing">The part that all classes share, from 0 to 1.</param>
    /// <param name="ignoreIndex">The target of samples that do not count.</param>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is not within 0 and 1.</exception>
    public CrossEntropyLoss(float labelSmoothing = 0, int ignoreIndex = -100)
    {
        _smoothing = labelSmoothing is >= 0 and <= 1
            ? labelSmoothing
            : throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "labelSmoothing must be within 0 and 1.");
        _ignoreIndex = ignoreIndex;
    }

    /// <summary>The mean loss over the samples that count, and its gradient. Allocates nothing.</summary>
    /// <param name="logits">[N, classes], as a network's last layer gives them.</param>
    /// <param name="targets">N classes, or the index that is ignored.</param>
    /// <param name="gradient">[N, classes], overwritten by (softmax - q) / counted samples, 0 for ignored ones; empty where not wanted;
    /// may be the logits.</param>
    /// <returns>The mean; not a number where no sample counts, as in PyTorch.</returns>
    /// <exception cref="ArgumentException">Lengths do not fit, a target is no class, or the gradient overlaps the logits in
    /// part.</exception>
    public float Forward(ReadOnlySpan<float> logits, ReadOnlySpan<int> targets, Span<float> gradient)
    {
        if (targets.IsEmpty)
            throw new ArgumentException(
                "targets is empty (a null array is an empty span); one class is needed for each sample.", nameof(targets));

        int classes = logits.Length / targets.Length;
        if (classes == 0 || classes * targets.Length != logits.Length)
            throw new ArgumentException($"{logits.Length} logits are no whole rows for {targets.Length} targets.", nameof(logits));

        if (!gradient.IsEmpty && gradient.Length != logits.Length)
            throw new ArgumentException(
                $"gradient has {gradient.Length} values; {logits.Length} are needed, as many as logits, or none.", nameof(gradient));

        if (logits.Overlaps(gradient, out int offset) && offset != 0)
            throw new ArgumentException("gradient overlaps logits; it may be exactly logits, or lie elsewhere.", nameof(gradient));

        int counted = Count(targets, classes);
        double sum = 0;
        for (int n = 0; n < targets.Length; n++)
        {
            Span<float> row = gradient.IsEmpty ? [] : gradient.Slice(n * classes, classes);
            if (!Counts(targets[n]))
                row.Clear();
            else
                sum += Sample(logits.Slice(n * classes, classes), targets[n], row, counted);
        }

        return (float)(sum / counted);
    }

    /// <summary>What the loss was made with, for the state of a run.</summary>
    internal (double LabelSmoothing, int IgnoreIndex) Settings => (_smoothing, _ignoreIndex);

    /// <summary>Whether a sample with this target counts.</summary>
    internal bool Counts(int target) => target != _ignoreIndex;

    /// <summary>How many samples count; each target must be a class or the index that is ignored.</summary>
    internal int Count(ReadOnlySpan<int> targets, int classes)
    {
        int counted = 0;
        for (int n = 0; n < targets.Length; n++)
        {
            if (!Counts(targets[n]))
                continue;

            if ((uint)targets[n] >= (uint)classes)
                throw new ArgumentException(
                    $"Target {n} is {targets[n]}; there are classes 0 to {classes - 1}, and {_ignoreIndex} to ignore a sample.",
                    nameof(targets));

            counted++;
        }

        return counted;
    }

    private double Sample(ReadOnlySpan<float> logits, int target, Span<float> gradient, int counted)
    {
        // In double: a row is short, and the exponentials of a float row would lose what the loss of a sure network is made of.
        double largest = TensorPrimitives.Max(logits), exponentials = 0, total = 0;
        foreach (float logit in logits)
        {
            exponentials += Math.Exp(logit - largest);
            total += logit;
        }

        // Before the gradient is written, which may lie where the logits are. A class that a logit of minus infinity rules out has no
        // share.
        double logSum = largest + Math.Log(exponentials), shared = _smoothing / logits.Length;
        double loss = (1 - _smoothing) * (logSum - logits[target]) + (_smoothing > 0 ? shared * (logits.Length * logSum - total) : 0);
        for (int c = 0; c < gradient.Length; c++)
        {
            double wanted = shared + (c == target ? 1 - _smoothing : 0);
            gradient[c] = (float)((Math.Exp(logits[c] - logSum) - wanted) / counted);
        }

        return loss;
    }
}
