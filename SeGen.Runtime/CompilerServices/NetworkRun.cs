using System.ComponentModel;

namespace SeGen.CompilerServices;

/// <summary>
/// Inference of a block or network. Where there are at least as many images as threads, each thread takes whole images, in scratch of its
/// own: then no step waits for another thread. Else all threads share every step of an image. Both compute the same cuts, hence the same
/// bits.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class NetworkRun : ForwardRun
{
    private const int WholeImages = -1;

    private readonly PackedWeights _weights;
    private NetworkRun[] _byThread = [];

    /// <summary>Makes the scratch.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="scratchLength">Floats of the scratch.</param>
    /// <param name="workspaceLength">Floats that a thread needs for itself while it runs a cut.</param>
    protected NetworkRun(PackedWeights weights, long scratchLength, long workspaceLength)
        : base(weights, scratchLength, workspaceLength) => _weights = weights;

    // Steps follow each other closely, so that workers still spin: sharing one costs a microsecond.
    private protected sealed override long FloatsWorthSharing => 1 << 13;

    // The scratch is that of one image.
    internal sealed override int? MostImages => int.MaxValue;

    /// <inheritdoc/>
    public sealed override void Forward()
    {
        int threads = Threads;
        if (threads == 1 || Batch < threads || Observer is not null)
        {
            ForwardImages();
            return;
        }

        if (_byThread.Length < threads)
            Grow(threads);

        int rest = Batch % threads;
        Parallel(WholeImages, Batch - rest, long.MaxValue);
        if (rest > 0)
            RunOn(_byThread[0], Batch - rest, rest, threads);
    }

    /// <inheritdoc/>
    public sealed override void RunCut(int phase, int cut)
    {
        if (phase == WholeImages)
            RunOn(_byThread[Threading.WorkerPool.Self], cut, 1, 1);
        else
            RunStep(phase, cut);
    }

    /// <summary>Computes one image after the other.</summary>
    protected abstract void ForwardImages();

    /// <summary>Does one piece of a step.</summary>
    protected abstract void RunStep(int phase, int cut);

    private void Grow(int threads)
    {
        NetworkRun[] grown = new NetworkRun[threads];
        _byThread.CopyTo(grown, 0);
        for (int i = _byThread.Length; i < threads; i++)
            grown[i] = (NetworkRun)_weights.CreateForward();

        _byThread = grown;
    }

    private void RunOn(NetworkRun run, int image, int images, int threads)
    {
        (long input, long output) = _weights.ImageLengths(Height, Width);
        run.Bind(Packed, InputAt(image * input), OutputAt(image * output), images, Height, Width, threads);
        try
        {
            run.ForwardImages();
        }
        finally
        {
            run.Unbind();
        }
    }
}
