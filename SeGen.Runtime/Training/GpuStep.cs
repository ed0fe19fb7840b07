namespace SeGen;

/// <summary>Steps on a GPU: images and classes go there, logits and the mean loss come back.</summary>
internal sealed class GpuStep(GpuModule module) : TrainingStep
{
    private readonly float[] _mean = new float[1];

    // An epoch's last batch may be a smaller one.
    private readonly Dictionary<int, Buffers> _buffers = [];

    public override IDisposable Begin()
    {
        // Gradients that were left there are not those of the first batch.
        module.Synchronize();
        module.Parameters.ZeroGradients();
        return new BufferRelease(_buffers);
    }

    public override double Run(TrainingBatch batch, CrossEntropyLoss loss, Optimizer optimizer, float clipNorm)
    {
        if (!_buffers.TryGetValue(batch.Targets.Length, out Buffers? buffers))
            _buffers[batch.Targets.Length] = buffers = new Buffers(module, batch.Input.Length, batch.Logits.Length);

        module.SeedDropout(batch.DropoutSeed);
        buffers.Input.CopyFrom(batch.Input);
        module.ForwardTraining(buffers.Input, buffers.Logits, batch.Height, batch.Width);
        module.Loss(loss, buffers.Logits, batch.Targets, buffers.Gradient, buffers.Mean);
        module.Backward(buffers.Gradient, null);
        if (clipNorm > 0)
            module.ClipGradientNorm(clipNorm);

        module.Optimize(optimizer);
        buffers.Logits.CopyTo(batch.Logits);
        buffers.Mean.CopyTo(_mean);
        return _mean[0];
    }

    public override void Bring() => module.Synchronize();

    private sealed class Buffers(GpuModule module, int input, int logits) : IDisposable
    {
        public GpuBuffer Input { get; } = module.Allocate(input);

        public GpuBuffer Logits { get; } = module.Allocate(logits);

        public GpuBuffer Gradient { get; } = module.Allocate(logits);

        public GpuBuffer Mean { get; } = module.Allocate(1);

        public void Dispose()
        {
            Input.Dispose();
            Logits.Dispose();
            Gradient.Dispose();
            Mean.Dispose();
        }
    }

    private sealed class BufferRelease(Dictionary<int, Buffers> buffers) : IDisposable
    {
        public void Dispose()
        {
            foreach (Buffers some in buffers.Values)
                some.Dispose();

            buffers.Clear();
        }
    }
}
