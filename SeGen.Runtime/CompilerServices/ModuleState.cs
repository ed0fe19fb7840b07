using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;

namespace SeGen.CompilerServices;

/// <summary>
/// The part of a generated module that is the same for all of them: checks of arguments, slices of a batch, scratch per thread,
/// checkpoints.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class ModuleState
{
    private readonly ModuleDefinition _module;
    private readonly PackedWeights _weights;
    private readonly PerThread<ForwardRun> _forward;
    private TrainingRun? _training;
    private int _isTraining;
    private int _threads;

    /// <summary>A module with new weights.</summary>
    public ModuleState(ModuleDefinition module, int seed)
        : this(module, new PackedWeights(module, seed) { Origin = string.Create(CultureInfo.InvariantCulture, $"weights drawn with seed {seed}") })
    {
    }

    private ModuleState(ModuleDefinition module, PackedWeights weights)
    {
        _module = module;
        _weights = weights;
        _forward = new PerThread<ForwardRun>(() => module.CreateForward(weights));
    }

    /// <summary>A module with the weights of a file.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file.</param>
    /// <param name="keys">How its names become the module's.</param>
    /// <param name="strict">Whether a missing or unexpected tensor is an error.</param>
    /// <param name="release">Whether the parameters' own values are not kept.</param>
    public static ModuleState Load(ModuleDefinition module, string path, KeyMap keys, bool strict, bool release)
    {
        using var file = SafeTensorsFile.Open(path);
        return Load(module, file, keys, strict, release);
    }

    /// <summary>A module with the weights of a stream of safetensors.</summary>
    /// <inheritdoc cref="Load(ModuleDefinition, string, KeyMap, bool, bool)"/>
    public static ModuleState Load(ModuleDefinition module, Stream stream, KeyMap keys, bool strict, bool release)
    {
        // Packed without being kept, tensors are read in the order of the parts and not of the stream.
        using SafeTensorsFile file = release ? SafeTensorsFile.Read(stream) : SafeTensorsFile.ReadForward(stream);
        return Load(module, file, keys, strict, release);
    }

    /// <summary>A module with the weights of safetensors in memory.</summary>
    /// <inheritdoc cref="Load(ModuleDefinition, string, KeyMap, bool, bool)"/>
    public static ModuleState Load(ModuleDefinition module, ReadOnlyMemory<byte> memory, KeyMap keys, bool strict, bool release)
    {
        using var file = SafeTensorsFile.Read(memory);
        return Load(module, file, keys, strict, release);
    }

    private static ModuleState Load(ModuleDefinition module, SafeTensorsFile file, KeyMap keys, bool strict, bool release)
    {
        var weights = new PackedWeights(module, seed: null);
        CheckpointMatch match = CheckpointMatch.Of(weights.Parameters, module.Settings, file, keys, strict);

        // What the file lacks has the values that a new module has; drawing millions for nothing would take longer than reading them.
        if (match.IsPartial)
        {
            weights = new PackedWeights(module, seed: 0);
            match = CheckpointMatch.Of(weights.Parameters, module.Settings, file, keys, strict);
        }

        var state = new ModuleState(module, weights);
        if (release && !match.IsPartial)
            weights.PackAndRelease(match);
        else
        {
            weights.Parameters.Allocate();
            CheckpointLoader.LoadNew(match);
            if (release)
                state.Prepare(releaseParameters: true);
        }

        weights.Origin = Origin(match.Report);
        return state;
    }

    /// <summary>What is the same for all instances.</summary>
    internal ModuleDefinition Definition => _module;

    /// <summary>The weights.</summary>
    public ParameterSet Parameters => _weights.Parameters;

    /// <summary>See <see cref="IModule.FreezeStatistics"/>.</summary>
    public bool FreezeStatistics { get; set; }

    /// <summary>See <see cref="IModule.DropoutSeed"/>.</summary>
    public long DropoutSeed { get; set; }

    /// <summary>See <see cref="IGatedModule.GateObserver"/>.</summary>
    public GateObserver? GateObserver { get; set; }

    /// <summary>See <see cref="IModule.Threads"/>.</summary>
    public int Threads
    {
        get => _threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, SeGenThreads.Maximum);
            _threads = value;
        }
    }

    private int Degree => SeGenThreads.Useful(_threads != 0 ? _threads : SeGenThreads.Degree);

    /// <summary>Another module over the same weights.</summary>
    public ModuleState ShareWeights() => new(_module, _weights) { Threads = Threads, FreezeStatistics = FreezeStatistics, DropoutSeed = DropoutSeed };

    /// <summary>See <see cref="IModule.Prepare"/>.</summary>
    public TimeSpan Prepare(bool releaseParameters)
    {
        long start = Stopwatch.GetTimestamp();
        _weights.Prepare(Degree, releaseParameters);
        _ = _forward.Current;
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>The shape of an image of the output, for the size of an input's.</summary>
    public static (int Channels, int Height, int Width) OutputSize(ModuleDefinition module, int height, int width)
    {
        ModuleArguments.CheckSize(module, height, width);
        (int outHeight, int outWidth) = module.OutputSize(height, width);
        return (module.OutputChannels, outHeight, outWidth);
    }

    /// <summary>Inference at the declared size.</summary>
    public void Forward(ReadOnlySpan<float> input, Span<float> output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(_module);
        ForwardChecked(input, output, height, width, GateObserver);
    }

    /// <summary>Inference at a size given at run time.</summary>
    public void Forward(ReadOnlySpan<float> input, Span<float> output, int height, int width)
    {
        ModuleArguments.CheckSize(_module, height, width);
        ForwardChecked(input, output, height, width, GateObserver);
    }

    /// <summary>Inference with an observer of this call alone.</summary>
    internal void Forward(ReadOnlySpan<float> input, Span<float> output, int height, int width, GateObserver observer)
    {
        ModuleArguments.CheckSize(_module, height, width);
        ForwardChecked(input, output, height, width, observer);
    }

    /// <summary>Inference on dense tensors.</summary>
    public void Forward(in ReadOnlyTensorSpan<float> input, in TensorSpan<float> output)
    {
        ReadOnlySpan<float> from = ModuleArguments.Dense(_module, input, _module.InputChannels, nameof(input), out int batch, out int height, out int width);
        ModuleArguments.CheckSize(_module, height, width);
        (int outHeight, int outWidth) = _module.OutputSize(height, width);
        Span<float> to = ModuleArguments.Dense(_module, output, batch, [_module.OutputChannels, outHeight, outWidth], nameof(output));
        ForwardChecked(from, to, height, width, GateObserver);
    }

    /// <summary>The factors of a gate, [N, C], without applying them.</summary>
    public void Excite(ReadOnlySpan<float> input, Span<float> gates)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(_module);
        Excite(input, gates, height, width);
    }

    /// <summary>The factors of a gate, [N, C], without applying them.</summary>
    public void Excite(ReadOnlySpan<float> input, Span<float> gates, int height, int width)
    {
        ModuleArguments.CheckSize(_module, height, width);
        long image = (long)_module.InputChannels * height * width;
        if (!gates.IsEmpty)
            ModuleArguments.CheckNotEmpty(_module, input, height, width);

        int batch = (int)(input.Length / image);
        ModuleArguments.CheckLength(_module, input.Length, batch, [_module.InputChannels, height, width], nameof(input));
        ModuleArguments.CheckLength(_module, gates.Length, batch, [_module.InputChannels], nameof(gates));
        ModuleArguments.CheckOverlap(_module, input, gates, inPlace: false, nameof(gates));
        Slices(input, gates, batch, height, width, image, _module.InputChannels, null, excite: true);
    }

    /// <summary>The forward pass of a training step at the declared size.</summary>
    public void ForwardTraining(ReadOnlySpan<float> input, Span<float> output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(_module);
        ForwardTraining(input, output, height, width);
    }

    /// <summary>The forward pass of a training step at a size given at run time.</summary>
    public void ForwardTraining(ReadOnlySpan<float> input, Span<float> output, int height, int width)
        => ForwardTraining(input, default, output, height, width);

    /// <summary>The forward pass of a training step at the declared size, without a copy of the input.</summary>
    public void ForwardTrainingByReference(ReadOnlyMemory<float> input, Span<float> output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(_module);
        ForwardTrainingByReference(input, output, height, width);
    }

    /// <summary>The forward pass of a training step at a size given at run time, without a copy of the input.</summary>
    public void ForwardTrainingByReference(ReadOnlyMemory<float> input, Span<float> output, int height, int width)
    {
        ModuleArguments.CheckOverlap(_module, input.Span, output, inPlace: false, nameof(output));
        ForwardTraining(input.Span, input, output, height, width);
    }

    /// <summary>The backward pass of the last training step.</summary>
    public void Backward(ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        RequireTraining();
        BeginTraining();
        try
        {
            if (_training is not { LastBatch: > 0 and int batch } run)
                throw new InvalidOperationException($"{_module.Name}: Backward follows a ForwardTraining that succeeded, in a block or network once; there was none.");

            (int height, int width) = run.LastSize;
            (int outHeight, int outWidth) = _module.OutputSize(height, width);
            ModuleArguments.CheckLength(_module, outputGradient.Length, batch, [_module.OutputChannels, outHeight, outWidth], nameof(outputGradient));
            if (!inputGradient.IsEmpty)
                ModuleArguments.CheckLength(_module, inputGradient.Length, batch, [_module.InputChannels, height, width], nameof(inputGradient));

            ModuleArguments.CheckOverlap(_module, outputGradient, inputGradient, inPlace: false, nameof(inputGradient));
            ModuleArguments.CheckOverlap(_module, run.Lent.Span, inputGradient, inPlace: false, nameof(inputGradient));
            using MemoryHandle lent = run.Lent.Pin();
            fixed (float* from = outputGradient, to = inputGradient)
            {
                run.Borrow((float*)lent.Pointer);
                run.Bind(run.ReadsPackedWeights ? _weights.Current(Degree) : null, from, to, batch, height, width, Degree);
                run.Backward();
                run.Publish();
            }
        }
        finally
        {
            EndTraining();
        }
    }

    /// <summary>See <see cref="IModule.LoadWeights(string, KeyMap, bool)"/>.</summary>
    public LoadReport LoadWeights(string path, KeyMap keys, bool strict)
    {
        using var file = SafeTensorsFile.Open(path);
        return LoadWeights(file, keys, strict);
    }

    /// <summary>See <see cref="IModule.LoadWeights(Stream, KeyMap, bool)"/>.</summary>
    public LoadReport LoadWeights(Stream stream, KeyMap keys, bool strict)
    {
        using var file = SafeTensorsFile.ReadForward(stream);
        return LoadWeights(file, keys, strict);
    }

    /// <summary>See <see cref="IModule.LoadWeights(ReadOnlyMemory{byte}, KeyMap, bool)"/>.</summary>
    public LoadReport LoadWeights(ReadOnlyMemory<byte> memory, KeyMap keys, bool strict)
    {
        using var file = SafeTensorsFile.Read(memory);
        return LoadWeights(file, keys, strict);
    }

    /// <summary>See <see cref="IModule.SaveWeights"/>.</summary>
    public void SaveWeights(string path, Naming naming, WeightType type)
    {
        lock (Parameters.Changing)
            CheckpointSaver.Save(Parameters, _module.Settings, path, naming, type);
    }

    /// <summary>See <see cref="IModule.Verify"/>.</summary>
    public VerifyReport Verify(string path, float tolerance) => Verification.Run(this, path, tolerance);

    /// <summary>What the module is and where its weights come from, on one line.</summary>
    public override string ToString()
    {
        string size = _module.Height > 0 ? $"{_module.Height} x {_module.Width}" : "H x W";
        long parameters = Parameters.Sum(p => (long)p.Length);
        return string.Create(
            CultureInfo.InvariantCulture, $"{_module.Name}: {_module.InputChannels} x {size} to {_module.OutputChannels} channels, {parameters:N0} parameter values; {_weights.Origin}");
    }

    private LoadReport LoadWeights(SafeTensorsFile file, KeyMap keys, bool strict)
    {
        CheckpointMatch match = CheckpointMatch.Of(Parameters, _module.Settings, file, keys, strict);
        CheckpointLoader.Load(_weights, match);
        LoadReport report = match.Report;
        _weights.Origin = Origin(report);
        return report;
    }

    private static string Origin(LoadReport report)
        => string.Create(CultureInfo.InvariantCulture, $"{report.Loaded:N0} of {report.Loaded + report.Missing.Count:N0} parameters from {report.File}");

    private void ForwardTraining(ReadOnlySpan<float> input, ReadOnlyMemory<float> lent, Span<float> output, int height, int width)
    {
        RequireTraining();
        ModuleArguments.CheckSize(_module, height, width);
        ModuleArguments.CheckNotEmpty(_module, input, height, width);
        int batch = ModuleArguments.Batch(_module, input, output, height, width);
        if (batch > _module.MaxBatch)
            throw new ArgumentException(
                $"{_module.Name} trains on 1 to MaxBatch = {_module.MaxBatch} images at a time and was given {batch}; write a larger MaxBatch in its attribute.",
                nameof(input));

        BeginTraining();
        try
        {
            TrainingRun run = _training ??= _module.CreateTraining(_weights);
            using MemoryHandle pinned = lent.Pin();
            fixed (float* from = input, to = output)
            {
                run.Borrow((float*)pinned.Pointer);
                run.Bind(run.ReadsPackedWeights ? _weights.Current(Degree) : null, from, to, batch, height, width, Degree);
                (run.FreezeStatistics, run.DropoutSeed) = (FreezeStatistics, DropoutSeed);
                run.Forward(lent);
                DropoutSeed = unchecked(DropoutSeed + 1);
            }
        }
        finally
        {
            EndTraining();
        }
    }

    private void ForwardChecked(ReadOnlySpan<float> input, Span<float> output, int height, int width, GateObserver? observer)
    {
        int batch = ModuleArguments.Batch(_module, input, output, height, width);
        (int outHeight, int outWidth) = _module.OutputSize(height, width);
        Slices(
            input, output, batch, height, width, (long)_module.InputChannels * height * width, (long)_module.OutputChannels * outHeight * outWidth, observer, excite: false);
    }

    private void Slices(
        ReadOnlySpan<float> input, Span<float> output, int batch, int height, int width, long inputImage, long outputImage, GateObserver? observer, bool excite)
    {
        ForwardRun run = _forward.Current.Enter(_weights);
        try
        {
            run.Observer = observer;
            int threads = Degree;

            // One set of weights for the whole call: a load that comes meanwhile is the next call's.
            PackedSet weights = _weights.Current(threads);
            fixed (float* from = input, to = output)
            {
                for (int first = 0, images; first < batch; first += images)
                {
                    images = Math.Min(run.MostImages ?? _module.MaxBatch, batch - first);
                    run.Bind(weights, from + first * inputImage, to + first * outputImage, images, height, width, threads);
                    if (excite)
                        run.Excite();
                    else
                        run.Forward();
                }
            }
        }
        finally
        {
            run.Leave();
        }
    }

    /// <summary>Before anything else is checked: with InferenceOnly no argument would be right.</summary>
    private void RequireTraining()
    {
        if (!_module.Trains)
            throw new NotSupportedException($"{_module.Name} is declared with InferenceOnly = true, so that no training code was generated; remove it to train.");
    }

    private void BeginTraining()
    {
        if (Interlocked.CompareExchange(ref _isTraining, 1, 0) != 0)
            throw new InvalidOperationException(
                $"{_module.Name}: another thread is in ForwardTraining or Backward of this instance; train one instance on one thread at a time.");
    }

    private void EndTraining()
    {
        _training?.Unbind();
        Volatile.Write(ref _isTraining, 0);
    }
}
