using SeGen.CompilerServices;
using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>
/// Batch norms with their running statistics as a factor and a summand of each channel, computed on the device when the parameters change.
/// </summary>
internal sealed class NormFolds(GpuContext context, GpuWeights weights, ParameterSet parameters, CudaModule module) : IDisposable
{
    private const int Threads = 128;

    private readonly Dictionary<(string Norm, string Bias), CudaMemory> _folded = [];
    private readonly GpuProgram _program = new();
    private readonly List<GpuProgram> _new = [];

    /// <summary>The factors and summands of a batch norm behind a layer, whose bias is taken in.</summary>
    public (ulong Scale, ulong Shift) Of(NormSource norm, string bias)
    {
        int channels = parameters[$"{norm.Name}.weight"].Length;
        if (!_folded.TryGetValue((norm.Name, bias), out CudaMemory? folded))
        {
            _folded[(norm.Name, bias)] = folded = new CudaMemory(context.Device, 2L * channels);
            foreach (GpuProgram program in (GpuProgram[])[_program, New()])
                Add(program, norm, bias, channels, folded.Address);
        }

        return (folded.Address, folded.Address + (ulong)channels * sizeof(float));
    }

    /// <summary>Whether parameters or running statistics have changed since they were computed.</summary>
    public bool IsStale { get; set; }

    /// <summary>Computes all of them where something has changed, else those that came since the last time.</summary>
    public void Refresh(GpuLauncher launcher)
    {
        if (IsStale)
        {
            IsStale = false;
            _new.Clear();
            _program.Run(launcher, 0, 0);
        }

        foreach (GpuProgram program in _new)
            program.Run(launcher, 0, 0);

        _new.Clear();
    }

    public void Dispose()
    {
        foreach (CudaMemory folded in _folded.Values)
            folded.Dispose();
    }

    private GpuProgram New()
    {
        var program = new GpuProgram();
        _new.Add(program);
        return program;
    }

    private void Add(GpuProgram program, NormSource norm, string bias, int channels, ulong to) => program.Add(
        module.Function("fold"), ProductTiles.Ceiling(channels, Threads), Threads,
        new LaunchArguments()
            .Address(
                weights.Of($"{norm.Name}.weight"), weights.Of($"{norm.Name}.bias"), weights.Of($"{norm.Name}.running_mean"),
                weights.Of($"{norm.Name}.running_var"), weights.Of(bias))
            .Address(to, to + (ulong)channels * sizeof(float))
            .Number(channels).Real((float)norm.Epsilon));
}
