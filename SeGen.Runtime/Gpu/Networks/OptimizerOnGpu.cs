using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>
/// An optimizer's steps on a device: what it keeps for each value stands there, and comes back when the module is synchronized.
/// </summary>
internal sealed class OptimizerOnGpu : IDisposable
{
    private const int Threads = 128;

    private readonly GpuContext _context;
    private readonly GpuWeights _weights;
    private readonly Optimizer _optimizer;
    private readonly CudaFunction _function;
    private readonly CudaMemory[] _buffers;
    private readonly CudaMemory _decays;
    private readonly IReadOnlyList<float> _settings;
    private readonly LaunchArguments _arguments = new();
    private long _steps, _version = -1;
    private bool _isAhead;

    public OptimizerOnGpu(GpuContext context, GpuWeights weights, Optimizer optimizer, CudaModule module)
    {
        (_context, _weights, _optimizer, _settings) = (context, weights, optimizer, optimizer.Settings);
        _function = module.Function(optimizer is SgdOptimizer ? "sgd" : "adam");
        _decays = new CudaMemory(context.Device, weights.Length);
        _buffers = [.. optimizer.BufferNames.ToArray().Select(_ => new CudaMemory(context.Device, weights.Length))];
        context.Upload(
            _decays,
            [.. optimizer.Parameters.SelectMany(
                p => Enumerable.Repeat(!p.IsTrainable ? -1 : optimizer.Decays(p) ? optimizer.WeightDecay : 0, p.Length))]);
    }

    private int Blocks => ProductTiles.Ceiling(_weights.Length, Threads);

    /// <summary>Changes every value once by its gradient, which becomes 0.</summary>
    public void Step(GpuLauncher launcher)
    {
        // It may have stepped on the host since then, or been restored.
        if (_version != _optimizer.Version)
            Take();

        _steps++;
        if (_optimizer is SgdOptimizer)
        {
            (float momentum, float dampening, float nesterov) = (_settings[0], _settings[1], _settings[3]);
            _arguments.Clear()
                .Address(
                    _weights.Address, _weights.Gradients, momentum == 0 ? 0 : _buffers[0].Address,
                    _decays.Address).Number(_weights.Length, nesterov != 0 ? 1 : 0)
                .Real(_optimizer.LearningRate).Real(momentum).Real(_steps == 1 ? 0 : momentum).Real(_steps == 1 ? 1 : 1 - dampening);
        }
        else
        {
            (float beta1, float beta2, float epsilon) = (_settings[0], _settings[1], _settings[2]);
            _arguments.Clear()
                .Address(
                    _weights.Address, _weights.Gradients, _buffers[0].Address, _buffers[1].Address,
                    _decays.Address).Number(_weights.Length, _optimizer is AdamWOptimizer ? 1 : 0)
                .Real((float)(_optimizer.LearningRate / (1 - Math.Pow(beta1, _steps)))).Real(_optimizer.LearningRate).Real(beta1)
                    .Real(1 - beta1).Real(beta2).Real(1 - beta2)
                .Real((float)Math.Sqrt(1 - Math.Pow(beta2, _steps))).Real(epsilon);
        }

        launcher.Launch(_function, Blocks, Threads, _arguments);
        _weights.Stepped();
        _isAhead = true;
    }

    /// <summary>Brings what is kept to the optimizer, where it has stepped here; waits for the device.</summary>
    public unsafe void Bring()
    {
        if (!_isAhead)
            return;

        float[][] kept = [.. _buffers.Select(_ => new float[_weights.Length])];
        for (int b = 0; b < kept.Length; b++)
        {
            fixed (float* to = kept[b])
            {
                _context.Stream.Download(to, _buffers[b].Address, kept[b].Length);
                _context.Stream.Synchronize();
            }
        }

        int at = 0;
        for (int p = 0; p < _optimizer.Parameters.Count; p++)
        {
            Parameter parameter = _optimizer.Parameters[p];
            int first = at;
            if (parameter.IsTrainable)
                _optimizer.Restore(p, _steps, [.. kept.Select(b => b.AsSpan(first, parameter.Length).ToArray())]);

            at += parameter.Length;
        }

        (_version, _isAhead) = (_optimizer.Version, false);
    }

    public void Dispose()
    {
        _decays.Dispose();
        foreach (CudaMemory buffer in _buffers)
            buffer.Dispose();
    }

    /// <summary>Takes the steps and what is kept from the optimizer.</summary>
    private void Take()
    {
        float[][] kept = [.. _buffers.Select(_ => new float[_weights.Length])];
        int at = 0;
        _steps = 0;
        for (int p = 0; p < _optimizer.Parameters.Count; p++)
        {
            (long steps, float[][] buffers) = _optimizer.StateOf(p);
            _steps = Math.Max(_steps, steps);
            for (int b = 0; b < buffers.Length; b++)
                buffers[b].CopyTo(kept[b], at);

            at += _optimizer.Parameters[p].Length;
        }

        for (int b = 0; b < _buffers.Length; b++)
            _context.Upload(_buffers[b], kept[b]);

        _version = _optimizer.Version;
    }
}
