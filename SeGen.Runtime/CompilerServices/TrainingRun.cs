using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SeGen.CompilerServices;

/// <summary>Training steps of at most MaxBatch images.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class TrainingRun : ModuleRun
{
    private AlignedBuffer? _kept;
    private int _keptShift;
    private float* _borrowed;

    /// <summary>Makes the scratch.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="scratchLength">Floats of the scratch, whatever the batch.</param>
    /// <param name="workspaceLength">Floats that a thread needs for itself while it runs a cut.</param>
    /// <param name="imageLength">Floats of the scratch for each image of a batch.</param>
    protected TrainingRun(PackedWeights weights, long scratchLength, long workspaceLength = 0, long imageLength = 0)
        : base(weights, scratchLength, workspaceLength, imageLength)
    {
        Parameters = weights.Parameters;

        // From the first step on, so that a loop may take the spans of the gradients before its first backward pass.
        foreach (Parameter parameter in Parameters)
        {
            if (parameter.IsTrainable)
                _ = parameter.Gradient;
        }
    }

    /// <summary>The parameters, for their gradients.</summary>
    protected ParameterSet Parameters { get; }

    /// <summary>Whether the forward pass must copy the input; else the backward pass reads the caller's.</summary>
    protected bool KeepsCopy => _borrowed == null;

    /// <summary>
    /// The input of the forward pass: the caller's own where he lends it, else a copy, since he may do with his own what he likes. The
    /// copy lies as far behind a multiple of 64 bytes as the output, so that both are aligned at the same elements.
    /// </summary>
    protected ref float Kept => ref _borrowed != null ? ref Unsafe.AsRef<float>(_borrowed) : ref Unsafe.Add(ref _kept!.Start, _keptShift);

    /// <summary>What the caller lent to the last forward pass; empty where it was copied.</summary>
    internal ReadOnlyMemory<float> Lent { get; private set; }

    /// <summary>Whether the kernels read the packed weights of inference; else the run's layers pack their own.</summary>
    internal virtual bool ReadsPackedWeights => true;

    private protected override string Task => $"training on {Batch} images";

    private protected override string Remedy => "use smaller batches";

    /// <summary>See <see cref="IModule.FreezeStatistics"/>.</summary>
    internal bool FreezeStatistics { get; set; }

    /// <summary>See <see cref="IModule.DropoutSeed"/>; that of the last forward pass.</summary>
    internal long DropoutSeed { get; set; }

    internal int LastBatch { get; private set; }

    internal (int Height, int Width) LastSize { get; private set; }

    /// <summary>Floats to keep of one image with the given number of pixels.</summary>
    protected abstract long KeptLength(long pixels);

    /// <summary>Computes the output from the input and keeps what the backward pass needs.</summary>
    public abstract void Forward();

    /// <summary>
    /// With the output's gradient as the run's input, writes the input's gradient to its output and sums up the parameters'.
    /// </summary>
    public abstract void Backward();

    /// <summary>Adds the sums of the last backward pass to the parameters' gradients.</summary>
    protected virtual void AddGradients()
    {
    }

    /// <summary>Adds the gradients of a whole step at once: instances that share weights may be trained on several threads.</summary>
    internal void Publish()
    {
        lock (Parameters.AddingGradients)
            AddGradients();
    }

    /// <summary>Says that there is nothing kept for another backward pass.</summary>
    private protected void Forget() => LastBatch = 0;

    /// <summary>Says where the lent memory lies while it is pinned.</summary>
    internal void Borrow(float* lent) => _borrowed = lent;

    internal void Forward(ReadOnlyMemory<float> lent)
    {
        if (KeepsCopy)
            EnsureKept();

        LastBatch = 0;
        Forward();
        (LastBatch, LastSize, Lent) = (Batch, (Height, Width), lent);
    }

    private void EnsureKept()
    {
        const int Slack = 16;
        long needed = KeptLength((long)Height * Width) * Batch + Slack;
        if (_kept is null || _kept.Length < needed)
            _kept = new AlignedBuffer(needed);

        _keptShift = OutputMisalignment;
    }
}
