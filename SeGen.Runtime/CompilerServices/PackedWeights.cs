using System.ComponentModel;
using System.Runtime.CompilerServices;
using SeGen.Threading;

namespace SeGen.CompilerServices;

/// <summary>
/// The parameters of a module and the form in which its kernels read them: padded to whole vectors, the second dense layer transposed.
/// Packed again, in place, when a caller has written to the parameters; packed apart and published at once when they are loaded.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PackedWeights
{
    private readonly ModuleDefinition _definition;
    private PackedSet _current;
    private PackingWork? _work;

    /// <summary>Weights of a definition.</summary>
    /// <param name="definition">What they are of.</param>
    /// <param name="seed">What they are drawn with; null where they are read from a file.</param>
    internal PackedWeights(ModuleDefinition definition, int? seed)
    {
        _definition = definition;
        _current = new PackedSet(definition.PackedLength);
        Parameters = new ParameterSet(
            definition.CreateParameters(new Random(seed ?? 0)), draw: seed is not null)
        { Settings = definition.Settings };
    }

    /// <summary>The parameters as a user sees them.</summary>
    public ParameterSet Parameters { get; }

    internal ModuleDefinition Definition => _definition;

    /// <summary>Where the weights come from, for people.</summary>
    internal string Origin { get; set; } = "";

    internal ForwardRun CreateForward() => _definition.CreateForward(this);

    /// <summary>Floats of an image of the module's input, and of its output.</summary>
    internal (long Input, long Output) ImageLengths(int height, int width)
    {
        (int outHeight, int outWidth) = _definition.OutputSize(height, width);
        return ((long)_definition.InputChannels * height * width, (long)_definition.OutputChannels * outHeight * outWidth);
    }

    /// <summary>The packed weights of the parameters as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal PackedSet Current(int threads)
    {
        PackedSet set = Volatile.Read(ref _current);
        return set.Version == Parameters.Version ? set : Pack(threads);
    }

    /// <summary>Packs the weights where they have changed, and perhaps gives up the parameters' own values.</summary>
    internal void Prepare(int threads, bool releaseParameters)
    {
        _ = Current(threads);
        if (releaseParameters)
            Release();
    }

    /// <summary>Takes values that were read, all at once: who computes with the old ones goes on to do so.</summary>
    internal void Replace(
        IReadOnlyList<(Parameter Parameter, float[] Values)> tensors, IReadOnlyList<(Parameter Parameter, long Batches)> counters)
    {
        lock (Parameters.Changing)
        {
            // Nothing waits for weights that were never packed; the next Forward will pack them.
            PackedSet? next = _current.Version == 0 ? null : Packed(tensors);
            foreach ((Parameter parameter, float[] values) in tensors)
                parameter.Overwrite(values);

            foreach ((Parameter parameter, long batches) in counters)
                parameter.Batches = batches;

            long version = Parameters.Raise();
            if (next is null)
                return;

            next.Version = version;
            Volatile.Write(ref _current, next);
        }
    }

    /// <summary>Packs the tensors of a file part by part, so that no more of them than a part needs are ever in memory.</summary>
    internal void PackAndRelease(CheckpointMatch match)
    {
        var source = new FileParameters(match);
        foreach (Parameter parameter in Parameters)
            parameter.ReadFrom(source);

        lock (Parameters.Changing)
        {
            for (int part = 0; part < _definition.PackedParts; part++)
            {
                source.Forget();
                _definition.PackPart(part, Parameters, _current.Buffer.Span);
            }

            _current.Version = Parameters.Version;
        }

        Release();
    }

    private void Release()
    {
        lock (Parameters.Changing)
        {
            foreach (Parameter parameter in Parameters)
                parameter.Release();
        }
    }

    private PackedSet Pack(int threads)
    {
        lock (Parameters.Changing)
        {
            // A version that is read before packing: what is written meanwhile is packed by the next call.
            long version = Parameters.Version;
            if (_current.Version == version)
                return _current;

            Pack(Parameters, _current, threads);
            _current.Version = version;
            return _current;
        }
    }

    /// <summary>A second set, of the parameters with other values for some of them.</summary>
    private PackedSet Packed(IReadOnlyList<(Parameter Parameter, float[] Values)> tensors)
    {
        var changed = new ParameterSet([.. Parameters.Select(p => p.Spec)], draw: false);
        Dictionary<Parameter, float[]> read = tensors.ToDictionary(t => t.Parameter, t => t.Values);
        for (int i = 0; i < changed.Count; i++)
        {
            if (read.TryGetValue(Parameters[i], out float[]? values))
                changed[i].Share(values);
            else
                changed[i].Share(Parameters[i]);
        }

        var set = new PackedSet(_definition.PackedLength);
        Pack(changed, set, SeGenThreads.Degree);
        return set;
    }

    private void Pack(ParameterSet parameters, PackedSet set, int threads)
    {
        // Kept, so that a training loop's Forward allocates nothing.
        if (_work is not { } work || work.Parameters != parameters || work.Packed != set.Buffer)
            _work = work = new PackingWork(_definition, parameters, set.Buffer);

        WorkerPool.Shared.Run(work, 0, _definition.PackedParts, threads);
    }

    /// <summary>The parts of a module, each packed by whichever thread is free.</summary>
    private sealed class PackingWork(ModuleDefinition definition, ParameterSet parameters, AlignedBuffer packed) : ParallelWork
    {
        public ParameterSet Parameters => parameters;

        public AlignedBuffer Packed => packed;

        public override void RunCut(int phase, int cut) => definition.PackPart(cut, parameters, packed.Span);
    }
}
