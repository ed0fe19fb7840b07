using System.ComponentModel;

namespace SeGen.Threading;

/// <summary>
/// Work that has been cut into numbered pieces. The cuts follow from shape and batch alone, never from the number of threads, and
/// no cut reads what another cut of the same phase writes: so every number of threads gives the same bits.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ParallelWork
{
    /// <summary>Does one piece.</summary>
    /// <param name="phase">Which of the work's phases; its meaning is the implementer's.</param>
    /// <param name="cut">The piece, from 0.</param>
    public abstract void RunCut(int phase, int cut);
}
