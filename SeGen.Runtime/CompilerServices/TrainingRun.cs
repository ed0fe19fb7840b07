using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SeGen.CompilerServices;

/// <summary>Training steps of at most MaxBatch images.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TrainingRun : ModuleRun
{
    private AlignedBuffer? _kept;
    private int _keptShift;

    /// <summary>Makes the scratch.</summary>
    protected TrainingRun(PackedWeights weights, long scratchLength)
        : base(weights, scratchLength)
    {
        Parameters = weights.Parameters;
    }

    /// <summary>The parameters, for their gradients.</summary>
    protected ParameterSet Parameters { get; }

    /// <summary>
    /// What the forward pass keeps of the input for the backward pass: a copy, since a caller may do with his own what he likes. It lies
    /// as far behind a multiple of 64 bytes as the output, so that both are aligned at the same elements.
    /// </summary>
    protected ref float Kept => ref Unsafe.Add(ref _kept!.Start, _keptShift);

    internal int LastBatch { get; private set; }

    internal (int Height, int Width) LastSize { get; private set; }

    /// <summary>Floats to keep of one image with the given number of pixels.</summary>
    protected abstract long KeptLength(long pixels);

    /// <summary>Computes the output from the input and keeps what the backward pass needs.</summary>
    public abstract void Forward();

    /// <summary>With the output's gradient as the run's input, writes the input's gradient to its output and adds the parameters'.</summary>
    public abstract void Backward();

    internal void Forward(int maxBatch)
    {
        const int Slack = 16;
        long needed = KeptLength((long)Height * Width) * maxBatch + Slack;
        if (_kept is null || _kept.Length < needed)
            _kept = new AlignedBuffer(needed);

        _keptShift = OutputMisalignment;
        LastBatch = 0;
        Forward();
        (LastBatch, LastSize) = (Batch, (Height, Width));
    }
}
