namespace SeGen;

/// <summary>
/// Changes the trainable parameters of a set by their gradients. A parameter that has no gradient yet is left alone, as in PyTorch. The
/// steps of a run depend on nothing but the gradients: the same bits for every vector width.
/// </summary>
public abstract class Optimizer
{
    private readonly ParameterSet _parameters;
    private readonly float[][]?[] _buffers;
    private readonly long[] _steps;
    private readonly string[] _bufferNames;
    private float _learningRate;
    private bool _isStepping;

    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="weightDecay">At least 0.</param>
    /// <param name="bufferNames">What the optimizer keeps for each value of a parameter.</param>
    private protected Optimizer(ParameterSet parameters, float learningRate, float weightDecay, string[] bufferNames)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _buffers = new float[][]?[parameters.Count];
        _steps = new long[parameters.Count];
        _bufferNames = bufferNames;
        LearningRate = learningRate;
        WeightDecay = Require(weightDecay, 0, float.MaxValue, nameof(weightDecay));
    }

    /// <summary>The factor of a step; a schedule sets it between steps. At least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public float LearningRate
    {
        get => _learningRate;
        set => _learningRate = Require(value, 0, float.MaxValue, nameof(LearningRate));
    }

    /// <summary>
    /// Which parameters the weight decay applies to: all, unless given. <see cref="SeGen.WeightDecay.ExceptVectors"/> leaves out biases
    /// and batch norms; <c>p => !p.Name.EndsWith(".bias")</c> goes by the name.
    /// </summary>
    public Func<Parameter, bool> Decays { get; init; } = SeGen.WeightDecay.OfAll;

    /// <summary>The factor of the decay.</summary>
    internal float WeightDecay { get; }

    /// <summary>Grows whenever what is kept changes here.</summary>
    internal long Version { get; private set; }

    internal ParameterSet Parameters => _parameters;

    internal ReadOnlySpan<string> BufferNames => _bufferNames;

    /// <summary>The numbers it was made with, for the state of a run; the learning rate changes and is not among them.</summary>
    internal abstract IReadOnlyList<float> Settings { get; }

    /// <summary>Changes every trainable parameter once by its gradient. Allocates nothing after the first step.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Decays"/> called it.</exception>
    public void Step()
    {
        if (_isStepping)
            throw new InvalidOperationException("Step was called by Decays, in the middle of a step; parameters would be changed twice.");

        _isStepping = true;
        try
        {
            StepAll();
        }
        finally
        {
            _isStepping = false;
        }
    }

    private void StepAll()
    {
        Version++;
        for (int i = 0; i < _buffers.Length; i++)
        {
            Parameter parameter = _parameters[i];
            if (!parameter.IsTrainable || !parameter.HasGradient)
                continue;

            // Asked first, so that a predicate which throws leaves the parameter whole.
            float decay = Decays(parameter) ? WeightDecay : 0;

            // Marked before and after: who packs the weights meanwhile must pack them again.
            Update(parameter.Write(), parameter.Gradient, _buffers[i] ??= Buffers(parameter.Values.Length), decay, ++_steps[i]);
            parameter.MarkChanged();
        }
    }

    /// <summary>One step of one parameter.</summary>
    /// <param name="values">Its values.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="buffers">What the optimizer keeps for it.</param>
    /// <param name="decay">The weight decay, or 0.</param>
    /// <param name="step">Which of the parameter's steps this is, from 1.</param>
    private protected abstract void Update(Span<float> values, ReadOnlySpan<float> gradient, float[][] buffers, float decay, long step);

    private protected static float Require(float value, float least, float below, string name) => value >= least && value < below
        ? value
        : throw new ArgumentOutOfRangeException(
            name, value,
            below == float.MaxValue
                ? $"{name} must be finite and at least {least}."
                : $"{name} must be at least {least} and below {below}.");

    /// <summary>A parameter's steps so far, and what is kept for it; empty before its first.</summary>
    internal (long Steps, float[][] Buffers) StateOf(int parameter) => (_steps[parameter], _buffers[parameter] ?? []);

    /// <summary>Goes on from a state that <see cref="StateOf"/> gave.</summary>
    internal void Restore(int parameter, long steps, float[][] buffers)
    {
        Version++;
        (_steps[parameter], _buffers[parameter]) = (steps, steps > 0 ? buffers : null);
    }

    private float[][] Buffers(int length)
    {
        var buffers = new float[_bufferNames.Length][];
        for (int i = 0; i < buffers.Length; i++)
            buffers[i] = new float[length];

        return buffers;
    }
}
