using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
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
        : this(module, new PackedWeights(module, seed))
    {
    }

    /// <summary>A module whose weights are zeros until all of them are read from a file: drawing millions takes longer than reading them.</summary>
    public ModuleState(ModuleDefinition module)
        : this(module, new PackedWeights(module, seed: null))
    {
    }

    private ModuleState(ModuleDefinition module, PackedWeights weights)
    {
        _module = module;
        _weights = weights;
        _forward = new PerThread<ForwardRun>(() => module.CreateForward(weights));
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

    private int Degree => _threads != 0 ? _threads : SeGenThreads.Degree;

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

    /// <summary>Inference at the declared size.</summary>
    public void Forward(ReadOnlySpan<float> input, Span<float> output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(_module);
        ForwardChecked(input, output, height, width);
    }

    /// <summary>Inference at a size given at run time.</summary>
    public void Forward(ReadOnlySpan<float> input, Span<float> output, int height, int width)
    {
        ModuleArguments.CheckSize(_module, height, width);
        ForwardChecked(input, output, height, width);
    }

    /// <summary>Inference on dense tensors.</summary>
    public void Forward(in ReadOnlyTensorSpan<float> input, in TensorSpan<float> output)
    {
        ReadOnlySpan<float> from = ModuleArguments.Dense(_module, input, _module.InputChannels, nameof(input), out int batch, out int height, out int width);
        ModuleArguments.CheckSize(_module, height, width);
        (int outHeight, int outWidth) = _module.OutputSize(height, width);
        Span<float> to = ModuleArguments.Dense(_module, output, batch, [_module.OutputChannels, outHeight, outWidth], nameof(output));
        ForwardChecked(from, to, height, width);
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
        int batch = (int)(input.Length / image);
        ModuleArguments.CheckLength(_module, input.Length, batch, [_module.InputChannels, height, width], nameof(input));
        ModuleArguments.CheckLength(_module, gates.Length, batch, [_module.InputChannels], nameof(gates));
        ModuleArguments.CheckOverlap(_module, input, gates, inPlace: false, nameof(gates));
        Slices(input, gates, batch, height, width, image, _module.InputChannels, excite: true);
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
                run.Bind(from, to, batch, height, width, Degree);
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
    public void LoadWeights(string path, KeyMap keys, bool strict)
    {
        using var file = SafeTensorsFile.Open(path);
        CheckpointLoader.Load(Parameters, file, keys, strict);
    }

    /// <summary>See <see cref="IModule.LoadWeights(Stream, KeyMap, bool)"/>.</summary>
    public void LoadWeights(Stream stream, KeyMap? keys, bool strict)
    {
        using var file = SafeTensorsFile.Read(stream);
        CheckpointLoader.Load(Parameters, file, keys ?? KeyMap.From(Naming.SeGen), strict);
    }

    /// <summary>See <see cref="IModule.LoadWeights(ReadOnlyMemory{byte}, KeyMap, bool)"/>.</summary>
    public void LoadWeights(ReadOnlyMemory<byte> memory, KeyMap? keys, bool strict)
    {
        using var file = SafeTensorsFile.Read(memory);
        CheckpointLoader.Load(Parameters, file, keys ?? KeyMap.From(Naming.SeGen), strict);
    }

    /// <summary>See <see cref="IModule.SaveWeights"/>.</summary>
    public void SaveWeights(string path, Naming naming) => CheckpointSaver.Save(Parameters, path, naming);

    private void ForwardTraining(ReadOnlySpan<float> input, ReadOnlyMemory<float> lent, Span<float> output, int height, int width)
    {
        ModuleArguments.CheckSize(_module, height, width);
        int batch = ModuleArguments.Batch(_module, input, output, height, width);
        if (batch < 1 || batch > _module.MaxBatch)
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
                run.Bind(from, to, batch, height, width, Degree);
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

    private void ForwardChecked(ReadOnlySpan<float> input, Span<float> output, int height, int width)
    {
        int batch = ModuleArguments.Batch(_module, input, output, height, width);
        (int outHeight, int outWidth) = _module.OutputSize(height, width);
        Slices(
            input, output, batch, height, width, (long)_module.InputChannels * height * width, (long)_module.OutputChannels * outHeight * outWidth, excite: false);
    }

    private void Slices(
        ReadOnlySpan<float> input, Span<float> output, int batch, int height, int width, long inputImage, long outputImage, bool excite)
    {
        ForwardRun run = _forward.Current;
        run.Observer = GateObserver;
        fixed (float* from = input, to = output)
        {
            for (int first = 0, images; first < batch; first += images)
            {
                images = Math.Min(run.MostImages ?? _module.MaxBatch, batch - first);
                run.Bind(from + first * inputImage, to + first * outputImage, images, height, width, Degree);
                if (excite)
                    run.Excite();
                else
                    run.Forward();
            }
        }

        run.Unbind();
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
