namespace SeGen.Benchmarks.Peers;

/// <summary>The generated code as the peers' peer.</summary>
internal sealed unsafe class SeGenPeer(string folder) : IPeer
{
    private Case? _case;
    private IModule? _module;
    private ReadOnlyMemory<float> _lent;
    private SgdOptimizer? _optimizer;
    private float* _input, _output, _outputGradient, _inputGradient;

    public double Load(Case what, int threads)
    {
        _case = what;
        _optimizer = null;
        _module = what.Create();
        _module.Threads = threads;
        _module.LoadWeights(Path.Combine(folder, $"{what.Name}.weights.safetensors"), what.Naming);
        _input = CaseFiles.Read(folder, what, "input", what.Length);
        _output = CaseFiles.Allocate(what.OutputLength);
        if (what.IsTrainedNetwork)
            return LoadTraining(what);

        if (what.Training)
        {
            // PyTorch keeps no copy of the input either.
            _lent = new NativeMemoryManager(_input, what.Length).Memory;
            _outputGradient = CaseFiles.Read(folder, what, "output-gradient", what.Length);
            _inputGradient = CaseFiles.Allocate(what.Length);
        }

        for (int i = 0; i < 3; i++)
            Run();

        return what.Training
            ? CaseFiles.Error(_inputGradient, CaseFiles.Read(folder, what, "input-gradient", what.Length), what.Length)
            : CaseFiles.Error(_output, CaseFiles.Read(folder, what, "output", what.OutputLength), what.OutputLength);
    }

    public void Run()
    {
        if (_optimizer is not null)
        {
            Train();
            return;
        }

        int length = _case!.Length;
        ReadOnlySpan<float> input = new(_input, length);
        Span<float> output = new(_output, _case.OutputLength);
        if (!_case.Training)
        {
            _module!.Forward(input, output, _case.Size, _case.Size);
            return;
        }

        _module!.Parameters.ZeroGradients();
        _module.ForwardTrainingByReference(_lent, output, _case.Size, _case.Size);
        _module.Backward(new ReadOnlySpan<float>(_outputGradient, length), new Span<float>(_inputGradient, length));
    }

    /// <summary>The rate is 0, so that the weights stay what they are.</summary>
    private double LoadTraining(Case what)
    {
        _outputGradient = CaseFiles.Read(folder, what, "output-gradient", what.OutputLength);
        _optimizer = new SgdOptimizer(_module!.Parameters, 0, 0.9f, weightDecay: 5e-4f, nesterov: true);
        for (int i = 0; i < 3; i++)
            Run();

        Parameter first = _module.Parameters["conv1.weight"];
        return CaseFiles.Distance(first.Gradient, CaseFiles.Read(folder, what, "weight-gradient", first.Values.Length));
    }

    private void Train()
    {
        _module!.Parameters.ZeroGradients();
        _module.ForwardTraining(new ReadOnlySpan<float>(_input, _case!.Length), new Span<float>(_output, _case.OutputLength), _case.Size, _case.Size);
        _module.Backward(new ReadOnlySpan<float>(_outputGradient, _case.OutputLength), []);
        _optimizer!.Step();
    }
}
