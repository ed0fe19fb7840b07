using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>Inference of at most MaxBatch images.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ForwardRun : ModuleRun
{
    private ForwardRun? _nested;
    private bool _isRunning;

    /// <summary>Makes the scratch.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="scratchLength">Floats of the scratch, whatever the batch.</param>
    /// <param name="workspaceLength">Floats that a thread needs for itself while it runs a cut.</param>
    /// <param name="imageLength">Floats of the scratch for each image of a batch.</param>
    protected ForwardRun(PackedWeights weights, long scratchLength, long workspaceLength = 0, long imageLength = 0)
        : base(weights, scratchLength, workspaceLength, imageLength)
    {
    }

    /// <summary>
    /// This run, or where it is in the middle of a call another one: an observer may call Forward of the very instance that it watches, and
    /// so on.
    /// </summary>
    internal ForwardRun Enter(PackedWeights weights)
    {
        ForwardRun free = this;
        while (free._isRunning)
            free = free._nested ??= weights.CreateForward();

        free._isRunning = true;
        return free;
    }

    /// <summary>The end of a call, however it ended.</summary>
    internal void Leave()
    {
        Unbind();
        Observer = null;
        _isRunning = false;
    }

    /// <summary>The most images of a call; null where the scratch is sized for MaxBatch.</summary>
    internal virtual int? MostImages => null;

    /// <summary>Who is told the factors of gates.</summary>
    internal GateObserver? Observer { get; set; }

    /// <summary>Tells the factors of a gate to whoever watches.</summary>
    protected void Observe(string gate, ref readonly float factors, int channels)
        => Observer?.Invoke(gate, System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(in factors, channels));

    /// <summary>Computes the output from the input.</summary>
    public abstract void Forward();

    /// <summary>Writes the factors of a gate, [N, C], to the output.</summary>
    /// <exception cref="InvalidOperationException">The module is no gate.</exception>
    public virtual void Excite() => throw new InvalidOperationException("Only a gate has factors.");
}
