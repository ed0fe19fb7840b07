using System.ComponentModel;
using System.Runtime.CompilerServices;
using SeGen.Threading;

namespace SeGen.CompilerServices;

/// <summary>
/// The parameters of a module and the form in which its kernels read them: padded to whole vectors, the second dense layer transposed.
/// Packed again, in place, when the parameters' version has grown.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PackedWeights
{
    private readonly ModuleDefinition _definition;
    private readonly AlignedBuffer _packed;
    private readonly PackingWork _work;
    private readonly Lock _packing = new();
    private long _version;

    /// <summary>Weights of a definition.</summary>
    /// <param name="definition">What they are of.</param>
    /// <param name="seed">What they are drawn with; null where all will be read from a file.</param>
    internal PackedWeights(ModuleDefinition definition, int? seed)
    {
        _definition = definition;
        _packed = new AlignedBuffer(definition.PackedLength);
        Parameters = new ParameterSet(definition.CreateParameters(new Random(seed ?? 0)), draw: seed is not null);
        _work = new PackingWork(definition, Parameters, _packed);
    }

    /// <summary>The parameters as a user sees them.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The packed weights, at a multiple of 64 bytes.</summary>
    public ref readonly float Start => ref _packed.Start;

    internal ForwardRun CreateForward() => _definition.CreateForward(this);

    /// <summary>Floats of an image of the module's input, and of its output.</summary>
    internal (long Input, long Output) ImageLengths(int height, int width)
    {
        (int outHeight, int outWidth) = _definition.OutputSize(height, width);
        return ((long)_definition.InputChannels * height * width, (long)_definition.OutputChannels * outHeight * outWidth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EnsureCurrent(int threads)
    {
        if (Volatile.Read(ref _version) != Parameters.Version)
            Pack(threads);
    }

    /// <summary>Packs the weights where they have changed, and perhaps gives up the parameters' own values.</summary>
    internal void Prepare(int threads, bool releaseParameters)
    {
        EnsureCurrent(threads);
        if (!releaseParameters)
            return;

        lock (_packing)
        {
            foreach (Parameter parameter in Parameters)
                parameter.Release();
        }
    }

    private void Pack(int threads)
    {
        lock (_packing)
        {
            long version = Parameters.Version;
            if (_version == version)
                return;

            WorkerPool.Shared.Run(_work, 0, _definition.PackedParts, threads);
            Volatile.Write(ref _version, version);
        }
    }

    /// <summary>The parts of a module, each packed by whichever thread is free.</summary>
    private sealed class PackingWork(ModuleDefinition definition, ParameterSet parameters, AlignedBuffer packed) : ParallelWork
    {
        public override void RunCut(int phase, int cut) => definition.PackPart(cut, parameters, packed.Span);
    }
}
