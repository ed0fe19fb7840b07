using SeGen.Cuda;
using SeGen.Cuda.Layers;
using SeGen.Generator.Ptx;

namespace SeGen.Tests.Ptx.Layers;

/// <summary>Kernels of layers in the interpreter, launched as the runtime launches them.</summary>
internal sealed class LayerRun
{
    private readonly PtxModule _module;
    private readonly Random _random = new(11);

    public LayerRun(Func<string, string>? change, params string[] kernels)
    {
        string text = PtxModuleText.Of("Layers.", kernels);
        _module = PtxParser.Parse(change?.Invoke(text) ?? text);
    }

    public PtxMemory Memory { get; } = new();

    /// <summary>Instructions that threads have run.</summary>
    public long Instructions { get; private set; }

    public float[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(_random.NextDouble() * 2 - 1))];

    public ulong Put(ReadOnlySpan<float> values, string name) => Memory.Allocate(values, name);

    public ulong Put(ReadOnlySpan<uint> values, string name)
    {
        ulong at = Memory.Allocate(values.Length * sizeof(uint), name);
        Memory.Write(at, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values));
        return at;
    }

    public ulong Room(long floats, string name) => Memory.Allocate(floats * sizeof(float), name);

    public void Launch(string kernel, GpuGrid grid, int threads, LaunchArguments arguments, int dynamicShared = 0, int? seed = null)
        => Instructions += PtxLaunch.Run(
            _module.Kernels[kernel], Memory, PtxDeviceModel.A100, new PtxGrid((uint)grid.X, (uint)grid.Y, (uint)grid.Z), threads, dynamicShared, [.. arguments.Values], isCooperative: false, seed);

    /// <summary>Whether all values are within some units of the last place of the largest.</summary>
    public static void Close(double[] expected, float[] actual, double tolerance = 4e-6)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Select(Math.Abs).DefaultIfEmpty().Max(), error = expected.Zip(actual, (e, a) => Math.Abs(e - a)).DefaultIfEmpty().Max();
        Assert.True(error <= tolerance * Math.Max(largest, 1e-6), $"what was computed differs: error {error}, largest {largest}");
    }
}
