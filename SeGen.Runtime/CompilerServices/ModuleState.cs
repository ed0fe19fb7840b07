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
public sealed unsafe partial class ModuleState
{
    private readonly ModuleDefinition _module;
    private readonly PackedWeights _weights;
    private readonly PerThread<ForwardRun> _forward;
    private TrainingRun? _training;
    private int _isTraining;
    private int _threads;

    /// <summary>A module with new weights.</summary>
    public ModuleState(ModuleDefinition module, int seed)
        : this(
            module,
            new PackedWeights(module, seed) { Origin = string.Create(CultureInfo.InvariantCulture, $"weights drawn with seed {seed}") })
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

    private int Degree => SeGenThreads.Useful(_threads != 0 ? _threads : SeGenThreads.Degree);

    /// <summary>Another module over the same weights.</summary>
    public ModuleState ShareWeights()
        => new(_module, _weights) { Threads = Threads, FreezeStatistics = FreezeStatistics, DropoutSeed = DropoutSeed };

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
        ReadOnlySpan<float> from = ModuleArguments.Dense(
            _module, input, _module.InputChannels, nameof(input), out int batch, out int height, out int width);
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

    /// <summary>What the module is and where its weights come from, on one line.</summary>
    public override string ToString()
    {
        string size = _module.Height > 0 ? $"{_module.Height} x {_module.Width}" : "H x W";
        long parameters = Parameters.Sum(p => (long)p.Length);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_module.Name}: {_module.InputChannels} x {size} to {_module.OutputChannels} channels, {parameters:N0} parameter values; "
                + $"{_weights.Origin}");
    }

    private void ForwardChecked(ReadOnlySpan<float> input, Span<float> output, int height, int width, GateObserver? observer)
    {
        int batch = ModuleArguments.Batch(_module, input, output, height, width);
        (int outHeight, int outWidth) = _module.OutputSize(height, width);
        Slices(
            input, output, batch, height, width, (long)_module.InputChannels * height * width,
            (long)_module.OutputChannels * outHeight * outWidth, observer, excite: false);
    }

    private void Slices(
        ReadOnlySpan<float> input, Span<float> output, int batch, int height, int width, long inputImage, long outputImage,
        GateObserver? observer, bool excite)
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
}
