namespace SeGen;

/// <summary>Steps on the CPU.</summary>
internal sealed class HostStep(IModule module) : TrainingStep
{
    private float[] _gradient = [];

    public override IDisposable? Begin() => null;

    public override double Run(TrainingBatch batch, CrossEntropyLoss loss, Optimizer optimizer, float clipNorm)
    {
        if (_gradient.Length < batch.Logits.Length)
            _gradient = new float[batch.Logits.Length];

        Span<float> gradient = _gradient.AsSpan(0, batch.Logits.Length);
        module.Parameters.ZeroGradients();
        module.DropoutSeed = batch.DropoutSeed;
        module.ForwardTraining(batch.Input, batch.Logits, batch.Height, batch.Width);
        double mean = loss.Forward(batch.Logits, batch.Targets, gradient);
        module.Backward(gradient, []);
        if (clipNorm > 0)
            module.Parameters.ClipGradientNorm(clipNorm);

        optimizer.Step();
        return mean;
    }

    public override void Bring()
    {
        // Nothing was ever elsewhere.
    }
}
