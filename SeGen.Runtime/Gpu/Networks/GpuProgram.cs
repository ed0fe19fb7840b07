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

    /// <summary>One that stands for the input's gradient; launches that write nothing else are left out where it is not wanted.</summary>
    public const ulong InputGradient = ulong.MaxValue - 3;

    /// <summary>A number that stands for whether running statistics are used and left alone.</summary>
    public const ulong IsFrozen = ulong.MaxValue - 4;

    /// <summary>Where that room is.</summary>
    public ulong ScratchAddress { get; set; }

    public void Add(CudaFunction function, GpuGrid grid, int threads, LaunchArguments arguments, int shared = 0, bool isForInput = false)
    {
        ulong[] values = [.. arguments.Values];
        if (values.Length > MostArguments)
            throw new InvalidOperationException($"{function.Name} has {values.Length} parameters; launches have room for {MostArguments}.");

        _launches.Add(new Launch(function, grid, threads, shared, values, isForInput));
    }

    /// <summary>Puts all of them into the stream.</summary>
    /// <param name="launcher">The stream.</param>
    /// <param name="input">The caller's input.</param>
    /// <param name="output">Its output, or that's gradient.</param>
    /// <param name="inputGradient">The input's gradient; 0 where it is not wanted.</param>
    /// <param name="isFrozen">Whether running statistics are used.</param>
    public void Run(GpuLauncher launcher, ulong input, ulong output, ulong inputGradient = 0, bool isFrozen = false)
    {
        ulong* values = stackalloc ulong[MostArguments];
        void** arguments = stackalloc void*[MostArguments];
        for (int i = 0; i < MostArguments; i++)
            arguments[i] = values + i;

        foreach (Launch launch in _launches)
        {
            if (launch.IsForInput && inputGradient == 0)
                continue;

            for (int i = 0; i < launch.Values.Length; i++)
                values[i] = launch.Values[i] switch
                {
                    Input => input,
                    Output => output,
                    Scratch => ScratchAddress,
                    InputGradient => inputGradient,
                    IsFrozen => isFrozen
                    ? 1ul
                    : 0,
                    ulong value => value
                };

            launcher.Launch(launch.Function, launch.Grid, launch.Threads, launch.Shared, arguments, isCooperative: false);
        }
    }

    private sealed record Launch(CudaFunction Function, GpuGrid Grid, int Threads, int Shared, ulong[] Values, bool IsForInput);
}
