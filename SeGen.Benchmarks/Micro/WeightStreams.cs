using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;

namespace SeGen.Benchmarks.Micro;

/// <summary>Reading weights that no cache of the core holds, as one stream of memory or as several side by side.</summary>
public unsafe class WeightStreams
{
    private const int Floats = 8 << 20, Line = 16;

    private float* _weights;

    /// <summary>Streams that are read side by side.</summary>
    [Params(1, 2, 4, 8)]
    public int Streams { get; set; }

    [GlobalSetup]
    public void Allocate()
    {
        _weights = (float*)NativeMemory.AlignedAlloc(Floats * sizeof(float), 4096);
        new Span<float>(_weights, Floats).Fill(1f);
    }

    [GlobalCleanup]
    public void Free() => NativeMemory.AlignedFree(_weights);

    /// <summary>The sum of 32 MB.</summary>
    [Benchmark]
    public float Read()
    {
        Vector512<float> even = default, odd = default;
        int stream = Floats / Streams;
        for (int i = 0; i < stream; i += 2 * Line)
        {
            for (int s = 0; s < Streams; s++)
            {
                even += Vector512.Load(_weights + s * stream + i);
                odd += Vector512.Load(_weights + s * stream + i + Line);
            }
        }

        return Vector512.Sum(even + odd);
    }
}
