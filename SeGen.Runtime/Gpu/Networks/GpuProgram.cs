using SeGen.Cuda.Layers;

namespace SeGen.Cuda.Networks;

/// <summary>Launches in the order in which they run. Their arguments are known once and for all, but for the caller's buffers.</summary>
internal sealed unsafe class GpuProgram
{
    /// <summary>An address that stands for a caller's buffer.</summary>
    public const ulong Input = ulong.MaxValue - 1, Output = ulong.MaxValue;

    /// <summary>One that stands for room that steps use one after the other.</summary>
    public const ulong Scratch = ulong.MaxValue - 2;

    private const int MostArguments = 48;

    private readonly List<Launch> _launches = [];

    public int Count => _launches.Count;

    /// <summary>Where that room is.</summary>
    public ulong ScratchAddress { get; set; }

    public void Add(CudaFunction function, GpuGrid grid, int threads, LaunchArguments arguments, int shared = 0)
    {
        ulong[] values = [.. arguments.Values];
        if (values.Length > MostArguments)
            throw new InvalidOperationException($"{function.Name} has {values.Length} parameters; launches have room for {MostArguments}.");

        _launches.Add(new Launch(function, grid, threads, shared, values));
    }

    /// <summary>Puts all of them into the stream.</summary>
    public void Run(GpuLauncher launcher, ulong input, ulong output)
    {
        ulong* values = stackalloc ulong[MostArguments];
        void** arguments = stackalloc void*[MostArguments];
        for (int i = 0; i < MostArguments; i++)
            arguments[i] = values + i;

        foreach (Launch launch in _launches)
        {
            for (int i = 0; i < launch.Values.Length; i++)
                values[i] = launch.Values[i] switch { Input => input, Output => output, Scratch => ScratchAddress, ulong value => value };

            launcher.Launch(launch.Function, launch.Grid, launch.Threads, launch.Shared, arguments, isCooperative: false);
        }
    }

    private sealed record Launch(CudaFunction Function, GpuGrid Grid, int Threads, int Shared, ulong[] Values);
}
