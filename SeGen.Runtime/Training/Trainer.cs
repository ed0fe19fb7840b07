using System.Globalization;
using System.Numerics.Tensors;

namespace SeGen;

/// <summary>
/// Trains a module to classify: epochs over shuffled batches, a schedule, a state on disk. Two runs with the same seed, data and settings
/// end in the same bits, for any number of threads, also where one of them was interrupted and resumed. Steps allocate nothing after the
/// first, but for what a state that is saved takes.
/// </summary>
/// <example><code>
/// var trainer = new Trainer(network, new SgdOptimizer(network.Parameters, 0.05f, 0.9f, nesterov: true)) { StateFile = "run.safetensors" };
/// trainer.TryResume();
/// trainer.Train(data, epochs: 8, cancellation);
/// </code></example>
public sealed class Trainer
{
    private readonly IModule _module;
    private readonly Optimizer _optimizer;
    private readonly CrossEntropyLoss _loss;
    private readonly int _batchSize = 64;
    private TrainingPosition _position;

    // Of one run: a batch, what the module makes of it, and the order of the samples.
    private float[] _input = [], _logits = [], _gradient = [];
    private int[] _targets = [], _order = [];

    /// <summary>A trainer.</summary>
    /// <param name="module">What is trained; its output is one logit for each class.</param>
    /// <param name="optimizer">An optimizer of its parameters.</param>
    /// <param name="loss">The loss; plain cross entropy where null.</param>
    /// <exception cref="ArgumentException">The optimizer is not of the module's parameters.</exception>
    public Trainer(IModule module, Optimizer optimizer, CrossEntropyLoss? loss = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(optimizer);
        if (!ReferenceEquals(module.Parameters, optimizer.Parameters))
            throw new ArgumentException("The optimizer changes the parameters of another module.", nameof(optimizer));

        (_module, _optimizer, _loss) = (module, optimizer, loss ?? new CrossEntropyLoss());
    }

    /// <summary>Samples of a step, at least 1 and no more than the module's MaxBatch; 64 unless given. The last step of an epoch takes what is left.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int BatchSize
    {
        get => _batchSize;
        init => _batchSize = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(BatchSize), value, "BatchSize must be at least 1.");
    }

    /// <summary>What the order of the samples is drawn from.</summary>
    public int Seed { get; init; }

    /// <summary>The learning rate by step, counted through all epochs; the optimizer's own where null.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>The norm that gradients are scaled to where it is larger; 0 for none.</summary>
    public float ClipNorm { get; init; }

    /// <summary>Where the state of the run is kept; nowhere where null.</summary>
    public string? StateFile { get; init; }

    /// <summary>After how many steps the state is saved, besides the end of each epoch; 0 for not.</summary>
    public int SaveEvery { get; init; }

    /// <summary>Called after every step.</summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Goes on from the state file, where it is there.</summary>
    /// <returns>Whether it was.</returns>
    /// <exception cref="InvalidOperationException">There is no <see cref="StateFile"/>.</exception>
    /// <exception cref="SafeTensorsException">The file is broken, or of a run with other settings; nothing was changed.</exception>
    public bool TryResume()
    {
        string path = StateFile ?? throw new InvalidOperationException("StateFile says where the state is; it was not given.");
        if (!File.Exists(path))
            return false;

        _position = TrainingState.Load(path, _optimizer, Settings());
        return true;
    }

    /// <summary>Trains until so many epochs are done, counting those that a resumed run has behind it.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="epochs">How many epochs.</param>
    /// <param name="cancellation">Ends the run between two steps, after saving its state.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">The data does not fit the module.</exception>
    /// <exception cref="IOException">The state cannot be saved.</exception>
    public void Train(ITrainingData data, int epochs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        if (data.Count < 1)
            throw new ArgumentException("There are no samples.", nameof(data));

        if (_position.Count != 0 && _position.Count != data.Count)
            throw new ArgumentException($"The run that goes on has {_position.Count} samples; this data has {data.Count}.", nameof(data));

        Allocate(data);
        _position = _position with { Count = data.Count };
        int steps = (data.Count + BatchSize - 1) / BatchSize;
        while (_position.Epoch < epochs)
        {
            Shuffle(_position.Epoch);
            while (_position.Step < steps)
            {
                if (cancellation.IsCancellationRequested)
                {
                    Save();
                    cancellation.ThrowIfCancellationRequested();
                }

                Step(data, steps);
                if (SaveEvery > 0 && _position.Step % SaveEvery == 0 && _position.Step < steps)
                    Save();
            }

            _position = new TrainingPosition(data.Count, _position.Epoch + 1, 0, 0, 0, 0);
            Save();
        }
    }

    /// <summary>Runs samples through a module as it is, with running statistics.</summary>
    /// <param name="module">The module.</param>
    /// <param name="data">The samples.</param>
    /// <param name="batchSize">How many at a time.</param>
    public static Evaluation Evaluate(IModule module, ITrainingData data, int batchSize = 64)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var loss = new CrossEntropyLoss();
        float[] input = new float[batchSize * data.SampleLength], logits = new float[batchSize * data.Classes];
        int[] targets = new int[batchSize];
        int[,] confusion = new int[data.Classes, data.Classes];
        double sum = 0;
        int right = 0;
        for (int first = 0; first < data.Count; first += batchSize)
        {
            int count = Math.Min(batchSize, data.Count - first);
            for (int n = 0; n < count; n++)
                targets[n] = data.Read(first + n, 0, input.AsSpan(n * data.SampleLength, data.SampleLength));

            Span<float> output = logits.AsSpan(0, count * data.Classes);
            module.Forward(input.AsSpan(0, count * data.SampleLength), output, data.Height, data.Width);
            sum += (double)loss.Forward(output, targets.AsSpan(0, count), []) * count;
            for (int n = 0; n < count; n++)
            {
                int guess = TensorPrimitives.IndexOfMax(output.Slice(n * data.Classes, data.Classes));
                confusion[targets[n], guess]++;
                right += guess == targets[n] ? 1 : 0;
            }
        }

        return new Evaluation(sum / data.Count, (double)right / data.Count, confusion);
    }

    private void Step(ITrainingData data, int steps)
    {
        int first = _position.Step * BatchSize, count = Math.Min(BatchSize, data.Count - first), length = data.SampleLength;
        for (int n = 0; n < count; n++)
            _targets[n] = data.Read(_order[first + n], _position.Epoch, _input.AsSpan(n * length, length));

        if (Schedule is not null)
            _optimizer.LearningRate = Schedule.At((long)_position.Epoch * steps + _position.Step);

        Span<float> logits = _logits.AsSpan(0, count * data.Classes), gradient = _gradient.AsSpan(0, logits.Length);
        _module.Parameters.ZeroGradients();
        _module.ForwardTraining(_input.AsSpan(0, count * length), logits, data.Height, data.Width);
        double loss = _loss.Forward(logits, _targets.AsSpan(0, count), gradient);
        _module.Backward(gradient, []);
        if (ClipNorm > 0)
            _module.Parameters.ClipGradientNorm(ClipNorm);

        _optimizer.Step();
        int right = 0;
        for (int n = 0; n < count; n++)
            right += TensorPrimitives.IndexOfMax(logits.Slice(n * data.Classes, data.Classes)) == _targets[n] ? 1 : 0;

        _position = _position with
        {
            Step = _position.Step + 1,
            Samples = _position.Samples + count,
            LossSum = _position.LossSum + loss * count,
            Correct = _position.Correct + right,
        };
        Progress?.Invoke(new TrainingProgress(
            _position.Epoch, _position.Step, steps, _position.Samples, _position.LossSum / _position.Samples, (double)_position.Correct / _position.Samples, _optimizer.LearningRate));
    }

    private void Allocate(ITrainingData data)
    {
        (_input, _logits, _gradient) = (new float[BatchSize * data.SampleLength], new float[BatchSize * data.Classes], new float[BatchSize * data.Classes]);
        (_targets, _order) = (new int[BatchSize], new int[data.Count]);
    }

    /// <summary>The order of an epoch, from nothing but the seed and its number: a resumed run draws the same.</summary>
    private void Shuffle(int epoch)
    {
        for (int i = 0; i < _order.Length; i++)
            _order[i] = i;

        // Mixed, so that no two pairs of seed and epoch share an order (splitmix64: Steele et al., 2014).
        ulong mixed = ((ulong)(uint)Seed << 32 | (uint)epoch) + 0x9e3779b97f4a7c15;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        new Random((int)(mixed ^ (mixed >> 31))).Shuffle(_order);
    }

    private void Save()
    {
        if (StateFile is { } path)
            TrainingState.Save(path, _optimizer, _position, Settings());
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["optimizer"] = _optimizer.GetType().Name,
        ["batch size"] = BatchSize.ToString(CultureInfo.InvariantCulture),
        ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
    };
}
