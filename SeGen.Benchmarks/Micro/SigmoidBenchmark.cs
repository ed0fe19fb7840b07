using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using SeGen.Simd;

namespace SeGen.Benchmarks.Micro;

/// <summary>The vector polynomial of the sigmoid against TensorPrimitives and a plain loop.</summary>
public class SigmoidBenchmark
{
    private readonly float[] _values = new float[4096], _results = new float[4096];

    /// <summary>Values over the range in which a gate works.</summary>
    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        for (int i = 0; i < _values.Length; i++)
            _values[i] = random.NextSingle() * 16 - 8;
    }

    /// <summary>The runtime's polynomial, 512 bits.</summary>
    [Benchmark]
    public void Polynomial()
    {
        ref float from = ref MemoryMarshal.GetArrayDataReference(_values), to = ref MemoryMarshal.GetArrayDataReference(_results);
        for (nuint i = 0; i < 4096; i += 16)
            Sigmoid.Of(Vector512.LoadUnsafe(ref from, i)).StoreUnsafe(ref to, i);
    }

    /// <summary>System.Numerics.Tensors.</summary>
    [Benchmark]
    public void TensorPrimitivesSigmoid() => TensorPrimitives.Sigmoid(_values, _results);

    /// <summary>MathF.Exp, one value at a time.</summary>
    [Benchmark(Baseline = true)]
    public void PlainLoop()
    {
        for (int i = 0; i < _values.Length; i++)
            _results[i] = 1f / (1f + MathF.Exp(-_values[i]));
    }
}
