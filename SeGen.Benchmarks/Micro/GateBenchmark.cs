using BenchmarkDotNet.Attributes;

namespace SeGen.Benchmarks.Micro;

/// <summary>Small gates, for which every call counts; the memory column shows that a call allocates nothing.</summary>
[MemoryDiagnoser]
public class GateBenchmark
{
    private readonly Gate512x7 _gate512 = new() { Threads = 1 };
    private readonly Gate256x14 _gate256 = new() { Threads = 1 };
    private readonly float[] _input = new float[Gate256x14.InputLength], _output = new float[Gate256x14.InputLength];

    /// <summary>512 channels of 7 x 7.</summary>
    [Benchmark]
    public void Forward512x7() => _gate512.Forward(_input.AsSpan(0, Gate512x7.InputLength), _output.AsSpan(0, Gate512x7.OutputLength));

    /// <summary>256 channels of 14 x 14.</summary>
    [Benchmark]
    public void Forward256x14() => _gate256.Forward(_input, _output);
}
