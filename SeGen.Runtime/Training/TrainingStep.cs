namespace SeGen;

/// <summary>What a step learns from.</summary>
/// <param name="input">[N, C, H, W].</param>
/// <param name="targets">N classes.</param>
/// <param name="logits">[N, classes], overwritten.</param>
/// <param name="height">Rows of pixels.</param>
/// <param name="width">Columns.</param>
/// <param name="dropoutSeed">What masks of dropout are drawn from.</param>
internal readonly ref struct TrainingBatch(
    ReadOnlySpan<float> input, ReadOnlySpan<int> targets, Span<float> logits, int height, int width, long dropoutSeed)
{
    public ReadOnlySpan<float> Input { get; } = input;

    public ReadOnlySpan<int> Targets { get; } = targets;

    public Span<float> Logits { get; } = logits;

    public int Height => height;

    public int Width => width;

    public long DropoutSeed => dropoutSeed;
}

/// <summary>Where a trainer's steps are computed.</summary>
internal abstract class TrainingStep
{
    /// <summary>Before the first step of a run; what it returns is disposed of after the last one.</summary>
    public abstract IDisposable? Begin();

    /// <summary>Forward, loss, back, optimizer.</summary>
    /// <returns>The mean loss of the batch; not a number where no sample counts.</returns>
    public abstract double Run(TrainingBatch batch, CrossEntropyLoss loss, Optimizer optimizer, float clipNorm);

    /// <summary>Brings the parameters, and what the optimizer keeps, to the host.</summary>
    public abstract void Bring();
}
