using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>An optimizer's steps on a device: what it keeps for each value stands there, and comes back when the module is synchronized.</summary>
internal sealed class OptimizerOnGpu : IDisposable
{
    private const int Threads = 128;

    private readonly GpuContext _context;
    private readonly GpuWeights _weights;
    private readonly Optimizer _optimizer;
    private readonly CudaModule _module;
    private readonly CudaMemory[] _buffers;
    private readonly CudaMemory _decays;
    private long _steps;

    public OptimizerOnGpu(GpuContext context, GpuWeights weights, Optimizer optimizer, CudaModule module)
    {
        (_context, _weights, _optimizer, _module) = (context, weights, optimizer, module);
        _decays = new CudaMemory(context.Device, weights.Length);
        _buffers = [.. optimizer.BufferNames.ToArray().Select(_ => new CudaMemory(context.Device, weights.Length))];
        float[] decays = new float[weights.Length];
        float[][] kept = [.. _buffers.Select(_ => new float[weights.Length])];
        int at = 0;
        for (int p = 0; p < optimizer.Parameters.Count; p++)
        {
            Parameter parameter = optimizer.Parameters[p];
            decays.AsSpan(at, parameter.Length).Fill(!parameter.IsTrainable ? -1 : optimizer.Decays(parameter) ? optimizer.WeightDecayOnGpu : 0);
            (long steps, float[][] buffers) = optimizer.StateOf(p);
            _steps = Math.Max(_steps, steps);
            for (int b = 0; b < buffers.Length; b++)
                buffers[b].CopyTo(kept[b], at);

            at += parameter.Length;
        }

        context.Upload(_decays, decays);
        for (int b = 0; b < _buffers.Length; b++)
            context.Upload(_buffers[b], kept[b]);
    }

    /// <summary>Changes every value once by its gradient, which becomes 0.</summary>
    public void Step(GpuLauncher launcher)
    {
        _steps++;
        IReadOnlyList<float> settings = _optimizer.Settings;
        var program = new GpuProgram();
        ulong gradients = _weights.Gradients;
        if (_optimizer is SgdOptimizer)
        {
            (float momentum, float dampening, float nesterov) = (settings[0], settings[1], settings[3]);
            program.Add(
                _module.Function("sgd"), Blocks, Threads,
                new LaunchArguments()
                    .Address(_weights.Address, gradients, momentum == 0 ? 0 : _buffers[0].Address, _decays.Address).Number(_weights.Length, nesterov != 0 ? 1 : 0)
                    .Real(_optimizer.LearningRate).Real(momentum).Real(_steps == 1 ? 0 : momentum).Real(_steps == 1 ? 1 : 1 - dampening));
        }
        else
        {
            (float beta1, float beta2, float epsilon) = (settings[0], settings[1], settings[2]);
            program.Add(
                _module.Function("adam"), Blocks, Threads,
                new LaunchArguments()
                    .Address(_weights.Address, gradients, _buffers[0].Address, _buffers[1].Address, _decays.Address).Number(_weights.Length, _optimizer is AdamWOptimizer ? 1 : 0)
                    .Real((float)(_optimizer.LearningRate / (1 - Math.Pow(beta1, _steps)))).Real(_optimizer.LearningRate).Real(beta1).Real(1 - beta1).Real(beta2).Real(1 - beta2)
                    .Real((float)Math.Sqrt(1 - Math.Pow(beta2, _steps))).Real(epsilon));
        }

        program.Run(launcher, 0, 0);
        _weights.Stepped();
    }

    /// <summary>Brings what is kept to the optimizer; waits for the device.</summary>
    public unsafe void Bring()
    {
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
    }

    public void Dispose()
    {
        _decays.Dispose();
        foreach (CudaMemory buffer in _buffers)
            buffer.Dispose();
    }

    private int Blocks => ProductTiles.Ceiling(_weights.Length, Threads);
}
