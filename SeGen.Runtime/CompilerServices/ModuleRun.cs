using System.ComponentModel;
using System.Runtime.CompilerServices;
using SeGen.Simd;
using SeGen.Threading;

namespace SeGen.CompilerServices;

/// <summary>
/// One call of a module under way: where its tensors lie, its scratch and the threads it may use. Instances are kept and used again.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class ModuleRun : ParallelWork
{
    /// <summary>
    /// Floats that must be read for another thread to pay: about the time in which a parked one wakes (docs/performance.md).
    /// </summary>
    internal static long FloatsPerThread { get; set; } = 1 << 16;

    /// <summary>
    /// Floats that must be read for another thread to pay; fewer where one phase follows the other, so that nobody has to be woken.
    /// </summary>
    private protected virtual long FloatsWorthSharing => FloatsPerThread;

    /// <summary>The most threads that are given a workspace: no convolution has more cuts that pay.</summary>
    private const int MaxWorkspaces = 64;

    private readonly PackedWeights _weights;
    private readonly long _scratchLength, _imageLength, _workspaceLength;
    private PackedSet? _packed;
    private AlignedBuffer _scratch;
    private AlignedBuffer? _workspaces;
    private float* _input;
    private float* _output;
    private int _threads;

    private protected ModuleRun(PackedWeights weights, long scratchLength, long workspaceLength = 0, long imageLength = 0)
    {
        _weights = weights;
        _workspaceLength = Slot(0, workspaceLength);
        (_scratchLength, _imageLength) = (scratchLength, imageLength);
        _scratch = new AlignedBuffer(scratchLength);
    }

    /// <summary>The packed weights, of one version from the beginning of a call to its end.</summary>
    protected ref readonly float Weights => ref _packed!.Buffer.Start;

    /// <summary>The scratch, zeroed when it was made, at a multiple of 64 bytes.</summary>
    protected ref float Scratch => ref _scratch.Start;

    /// <summary>
    /// What a cut may use while it runs: memory that only its thread writes to, with whatever the last cut left there. A run that has one
    /// thread has one workspace, whichever thread of the pool it is on.
    /// </summary>
    protected ref float Workspace
        => ref Unsafe.Add(ref _workspaces!.Start, (nint)((_threads == 1 ? 0 : WorkerPool.Self) * _workspaceLength));

    /// <summary>A place in the workspace.</summary>
    protected ref float WorkspaceAt(int offset) => ref Unsafe.Add(ref Workspace, offset);

    /// <summary>The first element of the tensor that is read.</summary>
    protected ref readonly float Input => ref Unsafe.AsRef<float>(_input);

    /// <summary>The first element of the tensor that is written; not there in a backward pass that was not asked for it.</summary>
    protected ref float Output => ref Unsafe.AsRef<float>(_output);

    /// <summary>Whether there is a tensor to write.</summary>
    protected bool HasOutput => _output != null;

    /// <summary>Threads that this run may use.</summary>
    private protected int Threads => _threads;

    private protected float* InputAt(long offset) => _input + offset;

    private protected float* OutputAt(long offset) => _output + offset;

    /// <summary>Images of this run.</summary>
    protected int Batch { get; private set; }

    /// <summary>Height of the input.</summary>
    protected int Height { get; private set; }

    /// <summary>Width of the input.</summary>
    protected int Width { get; private set; }

    /// <summary>Pixels of a channel of the input.</summary>
    protected nuint Pixels { get; private set; }

    /// <summary>Floats from the last multiple of 64 bytes to the output.</summary>
    private protected int OutputMisalignment => (int)(((nuint)_output & 63) / sizeof(float));

    /// <summary>Makes the scratch at least so many floats long; what was in it is lost.</summary>
    /// <exception cref="InvalidOperationException">They are more than an array holds.</exception>
    protected void EnsureScratch(long length)
    {
        if (_scratch.Length >= length)
            return;

        if (length > AlignedBuffer.MaxLength)
            throw new InvalidOperationException(
                $"{_weights.Definition.Name}: {Task} of {Height} x {Width} takes {length:N0} floats, more than an array holds; {Remedy}.");

        _scratch = new AlignedBuffer(length);
    }

    /// <summary>What a run does, and what makes it smaller, for messages.</summary>
    private protected virtual string Task => Batch == 1 ? "inference on an image" : $"inference on {Batch} images";

    private protected virtual string Remedy => "use smaller images";

    /// <summary>Where a slot ends that begins at an offset: at a multiple of a cache line.</summary>
    protected static long Slot(long start, long length) => (start + length + 15) / 16 * 16;

    /// <summary>Sets up a call, or a slice of one.</summary>
    /// <param name="weights">The weights of the whole call; null where the run's layers pack their own.</param>
    /// <param name="input">What is read.</param>
    /// <param name="output">What is written, or null.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Rows of pixels.</param>
    /// <param name="width">Columns.</param>
    /// <param name="threads">The most threads.</param>
    internal void Bind(PackedSet? weights, float* input, float* output, int batch, int height, int width, int threads)
    {
        _packed = weights;
        _input = input;
        _output = output;
        _threads = threads;
        (Batch, Height, Width, Pixels) = (batch, height, width, (nuint)height * (nuint)width);
        if (_imageLength > 0)
            EnsureScratch(_scratchLength + batch * _imageLength);

        if (_workspaceLength > 0)
            EnsureWorkspaces();
    }

    /// <summary>After a call, however it ended: nothing of it is kept.</summary>
    internal void Unbind()
    {
        _packed = null;
        _input = null;
        _output = null;
    }

    private protected PackedSet? Packed => _packed;

    /// <summary>Runs a phase in cuts, on several threads where there is enough to do.</summary>
    /// <param name="phase">Handed to <see cref="ParallelWork.RunCut"/>.</param>
    /// <param name="cuts">How many cuts.</param>
    /// <param name="floats">Floats that the whole phase reads.</param>
    /// <param name="backwards">Whether to go from the last cut to the first, since what was read last is still cached.</param>
    protected void Parallel(int phase, int cuts, long floats, bool backwards = false)
        => WorkerPool.Shared.Run(this, phase, cuts, Participants(cuts, floats), backwards);

    /// <summary>
    /// Whether stores of the output should go past the caches: where it is not the input, and a thread reads and writes more than
    /// its cache holds. It never changes a result.
    /// </summary>
    /// <param name="cuts">The cuts over which the phase is spread.</param>
    /// <param name="floats">Floats that the whole phase reads.</param>
    /// <param name="touched">Floats that it reads and writes.</param>
    protected bool StreamingPays(int cuts, long floats, long touched)
        => Streaming.IsSupported && _input != _output && ((nuint)_output & 3) == 0
            && touched * sizeof(float) > Streaming.Threshold * Participants(cuts, floats);

    /// <summary>
    /// Whether several threads share a phase, their second-level caches together hold that many floats, and every row of the output that
    /// fills whole cache lines is aligned to them.
    /// </summary>
    /// <param name="cuts">The cuts over which the phase is spread.</param>
    /// <param name="floats">Floats that the whole phase reads.</param>
    /// <param name="held">Floats to hold.</param>
    protected bool CachesHold(int cuts, long floats, long held)
        => Participants(cuts, floats) > 1 && ((nuint)_output & 63) == 0
            && held * sizeof(float) <= Streaming.Threshold * Participants(cuts, floats);

    private void EnsureWorkspaces()
    {
        _threads = Math.Min(_threads, MaxWorkspaces);
        if (_workspaces is null || _workspaces.Length < _workspaceLength * _threads)
            _workspaces = new AlignedBuffer(_workspaceLength * _threads);
    }

    private int Participants(int cuts, long floats)
        => (int)Math.Min(Math.Min(_threads, cuts), Math.Max(1, floats / Math.Min(FloatsPerThread, FloatsWorthSharing)));
}
