namespace SeGen;

/// <summary>Checks of arguments that all modules have in common.</summary>
public abstract partial class GpuModule
{
    /// <summary>Whether an optimizer is one of these parameters.</summary>
    private protected void CheckOptimizer(Optimizer optimizer)
    {
        if (!ReferenceEquals(optimizer.Parameters, Parameters))
            throw new ArgumentException($"The optimizer is one of other parameters than those of {Definition.Name}.", nameof(optimizer));
    }

    /// <summary>Whether a loss can be computed from these and into these.</summary>
    private protected void CheckLoss(CrossEntropyLoss loss, GpuBuffer logits, GpuBuffer? gradient, GpuBuffer mean)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(mean);
        CheckBuffer(logits, nameof(logits));
        CheckBuffer(mean, nameof(mean));
        if (gradient is null)
            return;

        CheckBuffer(gradient, nameof(gradient));
        if (gradient.Length != logits.Length)
            throw new ArgumentException(
                $"gradient has {gradient.Length} values; {logits.Length} are needed, as many as logits.", nameof(gradient));

        if (gradient.Overlaps(logits) == false)
            throw new ArgumentException("gradient overlaps logits; it may be exactly logits, or lie elsewhere.", nameof(gradient));
    }

    /// <summary>Whether gradients can be clipped so.</summary>
    private protected void CheckClipping(float limit, GpuBuffer? norm)
    {
        GradientClipping.Check(Parameters, limit);
        if (norm is not null)
            CheckBuffer(norm, nameof(norm));
    }

    /// <summary>Whether there are gradients for a call that needs those of Backward over buffers.</summary>
    private protected void CheckGradients(bool areHere, string call)
    {
        if (!areHere)
            throw new InvalidOperationException(
                $"{Definition.Name} has no gradients on the GPU: {call} comes after Backward over buffers, and before Synchronize, which "
                    + $"brings them to the host.");
    }
}
