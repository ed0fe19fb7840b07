using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>
/// A layer with parameters while its network is trained: the parameters as kernels read them, and what their gradients are summed up in.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TrainedLayer
{
    /// <summary>
    /// Writes the parameters as the kernels of both ways read them: the way back is that of the forward pass, whatever is written in
    /// between.
    /// </summary>
    internal virtual void Pack()
    {
    }

    /// <summary>After a forward pass that succeeded: takes over its statistics.</summary>
    internal virtual void Commit()
    {
    }

    /// <summary>Adds the sums of the last backward pass to the gradients of the parameters.</summary>
    internal virtual void AddGradients()
    {
    }
}
