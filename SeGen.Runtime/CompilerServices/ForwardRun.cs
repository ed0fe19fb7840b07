using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>Inference of at most MaxBatch images.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ForwardRun : ModuleRun
{
    /// <summary>Makes the scratch.</summary>
    protected ForwardRun(PackedWeights weights, long scratchLength)
        : base(weights, scratchLength)
    {
    }

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
