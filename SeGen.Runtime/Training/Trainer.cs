using System.Globalization;
using System.Numerics.Tensors;

namespace SeGen;

/// <summary>
/// Trains a module to classify: epochs over shuffled batches, a schedule, a state on disk. Two runs with the same seed, data and settings
/// end in the same bits, for any number of threads, also where one of them was interrupted and resumed; of GPUs on devices with as many
/// multiprocessors. Steps allocate nothing after the first, but for what a state that is saved takes.
/// </summary>
/// <example><code>
/// // network was declared with MaxBatch = 64.
/// var trainer = new Trainer(network, new SgdOptimizer(network.Parameters, 0.05f, 0.9f, nesterov: true)) { StateFile = "run.safetensors" };
/// trainer.TryResume(); trainer.Train(data, epochs: 8, cancellation);
///
/// // On a GPU, where there is one:
/// using GpuModule gpu = network.CreateCuda();
/// new Trainer(gpu, new SgdOptimizer(gpu.Parameters, 0.05f, 0.9f, nesterov: true)).Train(data, epochs: 8);
/// </code></example>
public sealed partial class Trainer
{
    private readonly TrainingStep _step;
    private readonly Optimizer _optimizer;
    private readonly CrossEntropyLoss _loss;
    private readonly int _batchSize = 64, _saveEvery;
    private readonly float _clipNorm;
    private TrainingPosition _position;
    private bool _ownsState;
    private int _isRunning;

    // Of one run: a batch, what the module makes of it, and the order of the samples.
    private float[] _input = [], _logits = [];
    private int[] _targets = [], _order = [];

    /// <summary>A trainer.</summary>
    /// <param name="module">What is trained; its output is one logit for each class.</param>
    /// <param name="optimizer">An optimizer of its parameters.</param>
    /// <param name="loss">The loss; plain cross entropy where null.</param>
    /// <exception cref="ArgumentException">The optimizer is not of the module's parameters.</exception>
    public Trainer(IModule module, Optimizer optimizer, CrossEntropyLoss? loss = null)
        : this(new HostStep(module ?? throw new ArgumentNullException(nameof(module))), module.Parameters, optimizer, loss)
    {
    }

    /// <summary>
    /// A trainer of a block or a network on a GPU, whose steps stay there. Parameters, and what the optimizer keeps, are the host's again
    /// when the state is saved, at the end of each epoch, and when
    /// <see cref="Train"/> ends, by an exception too unless the GPU itself has failed.
    /// </summary>
    /// <param name="module">What is trained; its output is one logit for each class.</param>
    /// <param name="optimizer">An optimizer of its parameters.</param>
    /// <param name="loss">The loss; plain cross entropy where null.</param>
    /// <exception cref="ArgumentException">The optimizer is not of the module's parameters.</exception>
    /// <exception cref="NotSupportedException">The module is a gate alone, on a GPU, or declared with InferenceOnly.</exception>
    public Trainer(GpuModule module, Optimizer optimizer, CrossEntropyLoss? loss = null)
        : this(new GpuStep(module ?? throw new ArgumentNullException(nameof(module))), module.Parameters, optimizer, loss)
    {
        if (module.CannotStep is { } why)
            throw new NotSupportedException(why);
    }

    private Trainer(TrainingStep step, ParameterSet parameters, Optimizer optimizer, CrossEntropyLoss? loss)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (!ReferenceEquals(parameters, optimizer.Parameters))
            throw new ArgumentException("The optimizer changes the parameters of another module.", nameof(optimizer));

        (_step, _optimizer, _loss) = (step, optimizer, loss ?? new CrossEntropyLoss());
    }

    /// <summary>Samples of a step, at least 1 and no more than the module's MaxBatch; 64 unless given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int BatchSize
    {
        get => _batchSize;
        init
            => _batchSize = value >= 1
                ? value
                : throw new ArgumentOutOfRangeException(nameof(BatchSize), value, "BatchSize must be at least 1.");
    }

    /// <summary>Whether samples that fill no batch are left out of an epoch; else its last step takes them, as in PyTorch.</summary>
    public bool DropLast { get; init; }

    /// <summary>What the order of the samples is drawn from.</summary>
    public int Seed { get; init; }

    /// <summary>The learning rate by step, counted through all epochs; the optimizer's own where null.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>The norm that gradients are scaled to where it is larger; 0 for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public float ClipNorm
    {
        get => _clipNorm;
        init
            => _clipNorm = value >= 0
                ? value
                : throw new ArgumentOutOfRangeException(nameof(ClipNorm), value, "ClipNorm must be at least 0.");
    }

    /// <summary>Where the state of the run is kept; nowhere where null.</summary>
    public string? StateFile { get; init; }

    /// <summary>After how many steps the state is saved, besides the first step and the end of each epoch; 0 for not.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public int SaveEvery
    {
        get => _saveEvery;
        init
            => _saveEvery = value >= 0
                ? value
                : throw new ArgumentOutOfRangeException(nameof(SaveEvery), value, "SaveEvery must be at least 0.");
    }

    /// <summary>
    /// Called after every step. Of a module on a GPU the host has its parameters after an epoch's last step; after others once
    /// <see cref="GpuModule.Synchronize"/> was called.
    /// </summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Trains until so many epochs are done, counting those that a resumed run has behind it.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="epochs">How many epochs.</param>
    /// <param name="cancellation">Ends the run between two steps, after saving its state.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">The data does not fit the module, or a class is none.</exception>
    /// <exception cref="InvalidOperationException">
    /// The state file is another run's: it was there, and <see cref="TryResume"/> was not called. Or this trainer is in the middle of Train
    /// already, whose <see cref="Progress"/> or data called it.
    /// </exception>
    /// <exception cref="IOException">The state cannot be saved; known after the first step.</exception>
    /// <exception cref="GpuException">A call of the GPU's driver, or a kernel, failed.</exception>
    public void Train(ITrainingData data, int epochs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        if (data.Count < 1)
            throw new ArgumentException("There are no samples.", nameof(data));

        if (_position.Count != 0 && _position.Count != data.Count)
            throw new ArgumentException($"The run that goes on has {_position.Count} samples; this data has {data.Count}.", nameof(data));

        int steps = DropLast ? data.Count / BatchSize : (data.Count + BatchSize - 1) / BatchSize;
        if (steps == 0)
            throw new ArgumentException($"{data.Count} samples fill no batch of {BatchSize}, and DropLast leaves them out.", nameof(data));

        if (StateFile is { } path && !_ownsState && File.Exists(path))
            throw new InvalidOperationException($"{path} is there already: call TryResume to go on from it, or move it away.");

        Enter();
        try
        {
            Allocate(data);
            using IDisposable? memory = _step.Begin();
            RunEpochs(data, epochs, steps, cancellation);
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    /// <summary>
    /// A step that is under way has the batch, the order and the position: Progress and data.Read may look, and not train.
    /// </summary>
    private void Enter()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
            throw new InvalidOperationException(
                "This trainer is in the middle of Train; what it calls, and other threads, cannot call Train or TryResume of it.");
    }

    private void RunEpochs(ITrainingData data, int epochs, int steps, CancellationToken cancellation)
    {
        try
        {
            while (_position.Epoch < epochs)
            {
                RunEpoch(data, steps, cancellation);
                _position = new TrainingPosition(data.Count, _position.Epoch + 1, 0, 0, 0, 0);
                Save();
            }
        }
        catch (Exception e) when (e is not GpuException)
        {
            _step.Bring();
            throw;
        }
    }

    /// <summary>A sample and its class, which must be one.</summary>
    private static int Read(ITrainingData data, int index, int epoch, Span<float> sample, CrossEntropyLoss loss)
    {
        int label = data.Read(index, epoch, sample);
        return (uint)label < (uint)data.Classes || !loss.Counts(label)
            ? label
            : throw new ArgumentException($"Sample {index} is of class {label}; there are classes 0 to {data.Classes - 1}.", nameof(data));
    }

    private void RunEpoch(ITrainingData data, int steps, CancellationToken cancellation)
    {
        SampleOrder.Shuffle(_order, Seed, _position.Epoch);
        while (_position.Step < steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save();
                cancellation.ThrowIfCancellationRequested();
            }

            Step(data, steps);
            bool isFirst = _position is { Epoch: 0, Step: 1 };
            if (isFirst || (SaveEvery > 0 && _position.Step % SaveEvery == 0 && _position.Step < steps))
                Save();
        }
    }

    private void Step(ITrainingData data, int steps)
    {
        int first = _position.Step * BatchSize, count = Math.Min(BatchSize, data.Count - first), length = data.SampleLength;
        for (int n = 0; n < count; n++)
            _targets[n] = Read(data, _order[first + n], _position.Epoch, _input.AsSpan(n * length, length), _loss);

        if (Schedule is not null)
            _optimizer.LearningRate = Schedule.At((long)_position.Epoch * steps + _position.Step);

        Span<float> logits = _logits.AsSpan(0, count * data.Classes);
        double loss = _step.Run(
            new TrainingBatch(
                _input.AsSpan(0, count * length), _targets.AsSpan(0, count), logits, data.Height, data.Width,
                (long)Seed << 32 | (uint)(_position.Epoch * steps + _position.Step)),
            _loss, _optimizer, ClipNorm);
        int right = 0, counted = 0;
        for (int n = 0; n < count; n++)
        {
            if (!_loss.Counts(_targets[n]))
                continue;

            counted++;
            right += TensorPrimitives.IndexOfMax(logits.Slice(n * data.Classes, data.Classes)) == _targets[n] ? 1 : 0;
        }

        _position = _position with
        {
            Count = data.Count,
            Step = _position.Step + 1,
            Samples = _position.Samples + counted,
            LossSum = _position.LossSum + (counted > 0 ? loss * counted : 0),
            Correct = _position.Correct + right,
        };

        // Whoever looks at the parameters when an epoch ends has those of its end.
        if (_position.Step == steps)
            _step.Bring();

        Progress?.Invoke(new TrainingProgress(
            _position.Epoch, _position.Step, steps, _position.Samples, _position.LossSum / _position.Samples,
            (double)_position.Correct / _position.Samples, _optimizer.LearningRate));
    }

    private void Allocate(ITrainingData data)
    {
        _input = new float[checked(BatchSize * data.SampleLength)];
        _logits = new float[checked(BatchSize * data.Classes)];
        (_targets, _order) = (new int[BatchSize], new int[data.Count]);
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["optimizer"] = $"{_optimizer.GetType().Name}({string.Join(", ", _optimizer.Settings.Select(v => v.ToString("R", CultureInfo.InvariantCulture)))})",
        ["loss"] = string.Create(
            CultureInfo.InvariantCulture, $"smoothing {_loss.Settings.LabelSmoothing:R}, ignoring {_loss.Settings.IgnoreIndex}"),
        ["batch size"] = BatchSize.ToString(CultureInfo.InvariantCulture),
        ["drop last"] = DropLast ? "yes" : "no",
        ["clip norm"] = ClipNorm.ToString("R", CultureInfo.InvariantCulture),
        ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
    };
}
