using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SeGen.Simd;
using SeGen.Threading;

namespace SeGen.CompilerServices;

/// <summary>
/// Training steps of a block or network. Each image of the batch has an arena of its own, in which values stay until the way back has read
/// them; stages run image by image, and between them are the sums over the batch.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class NetworkTraining : TrainingRun
{
    private readonly List<TrainedLayer> _layers = [];
    private readonly LayerWork _work;
    private long _packedVersion;

    /// <summary>A run with no scratch yet.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="workspaceLength">Floats that a thread needs for itself while it takes an image through a stage.</param>
    protected NetworkTraining(PackedWeights weights, long workspaceLength)
        : base(weights, 0, workspaceLength) => _work = new LayerWork(_layers);

    /// <summary>Floats from one image's arena to the next.</summary>
    protected long Stride { get; private set; }

    /// <summary>Whether the last forward pass used the running statistics.</summary>
    protected bool IsFrozen { get; private set; }

    /// <inheritdoc/>
    public sealed override void Forward()
    {
        IsFrozen = FreezeStatistics;
        long version = Parameters.Version;
        if (_packedVersion != version)
        {
            // Noted once they are packed: where that fails, the next step packs them.
            WorkerPool.Shared.Run(_work, LayerWork.Packing, _layers.Count, Threads);
            _packedVersion = version;
        }

        ForwardPass();
        if (IsFrozen)
            return;

        lock (Parameters.AddingGradients)
        {
            foreach (TrainedLayer layer in _layers)
                layer.Commit();
        }

        Parameters.MarkChanged();
    }

    /// <inheritdoc/>
    public sealed override void Backward()
    {
        // Gradients take the memory of values that nobody reads any more: there is no way back twice.
        Forget();
        BackwardPass();
    }

    /// <summary>The stages of the forward pass.</summary>
    protected abstract void ForwardPass();

    /// <summary>The stages of the way back.</summary>
    protected abstract void BackwardPass();

    /// <inheritdoc/>
    protected sealed override long KeptLength(long pixels) => 0;

    /// <summary>Makes room for the arenas of a batch.</summary>
    /// <param name="stride">Floats of one.</param>
    /// <exception cref="InvalidOperationException">They are more than an array holds.</exception>
    protected void Reserve(long stride)
    {
        EnsureScratch(stride * Batch);
        Stride = stride;
    }

    /// <summary>Takes a layer into the run.</summary>
    protected T Add<T>(T layer)
        where T : TrainedLayer
    {
        _layers.Add(layer);
        return layer;
    }

    /// <summary>The arena of an image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected ref float Image(nuint image) => ref Unsafe.Add(ref Scratch, (nint)((long)image * Stride));

    /// <summary>A place in an image's arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static ref float At(ref float image, long offset) => ref Unsafe.Add(ref image, (nint)offset);

    /// <summary>An image of what the caller gave: of the input, or of the output's gradient.</summary>
    protected ref readonly float Given(nuint image, long length)
        => ref Unsafe.Add(ref Unsafe.AsRef(in Input), (nint)((long)image * length));

    /// <summary>An image of what the caller wants: of the output, or of the input's gradient.</summary>
    protected ref float Wanted(nuint image, long length) => ref Unsafe.Add(ref Output, (nint)((long)image * length));

    /// <summary>Sets floats to zero.</summary>
    protected static void Clear(ref float from, long length) => MemoryMarshal.CreateSpan(ref from, checked((int)length)).Clear();

    /// <summary>The key of a dropout's mask: another one for each step, dropout of the network and image.</summary>
    protected uint DropoutKey(int number, nuint image) => DropoutMask.Key(DropoutSeed, number, (int)image);

    /// <inheritdoc/>
    protected sealed override void AddGradients()
        => WorkerPool.Shared.Run(_work, LayerWork.Adding, _layers.Count, Threads);

    /// <inheritdoc/>
    internal sealed override bool ReadsPackedWeights => false;

    /// <summary>What layers do by themselves between the passes, each on whichever thread is free.</summary>
    private sealed class LayerWork(List<TrainedLayer> layers) : ParallelWork
    {
        public const int Packing = 0, Adding = 1;

        public override void RunCut(int phase, int cut)
        {
            if (phase == Packing)
                layers[cut].Pack();
            else
                layers[cut].AddGradients();
        }
    }
}
