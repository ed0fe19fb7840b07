using System.Runtime.Intrinsics;
using SeGen.Simd;
using SeGen.Threading;

namespace SeGen.Benchmarks.Peers;

/// <summary>
/// What no implementation can beat. Of a gate: the same bytes read once, then read again and written past the caches, with nothing computed but
/// a sum and a product. Of convolutions: their multiply-adds in registers, in the direct form, or their weights read once, whichever takes
/// longer; a training step has them three times (forward, to the input, to the weights).
/// </summary>
internal sealed unsafe class FloorPeer(string folder) : ParallelWork, IPeer
{
    private Case? _case;
    private float* _input, _output;
    private int _threads;
    private long _multiplyAdds, _weights;
    private bool _reads;

    public float Sum { get; private set; }

    public double Load(Case what, int threads)
    {
        _case = what;
        _threads = threads;
        if (!what.IsGate)
            return LoadProducts(what);

        _input = CaseFiles.Read(folder, what, "input", what.Length);
        _output = CaseFiles.Allocate(what.Length);
        return 0;
    }

    public void Run()
    {
        if (!_case!.IsGate)
        {
            WorkerPool.Shared.Run(this, _reads ? 2 : 3, _threads, _threads);
            return;
        }

        WorkerPool.Shared.Run(this, 0, _threads, _threads);
        WorkerPool.Shared.Run(this, 1, _threads, _threads);
    }

    private double LoadProducts(Case what)
    {
        IModule module = what.Create();
        _multiplyAdds = Products.Of(module.GetType()).Direct * what.Batch * (what.Training ? 3 : 1);
        _weights = module.Parameters.Sum(p => (long)p.Length) / (64 * _threads) * (64 * _threads);
        _input = CaseFiles.Allocate((int)_weights);
        _reads = Shortest(reads: true) > Shortest(reads: false);
        return 0;
    }

    /// <summary>The shortest of a few runs, after one that touches the memory.</summary>
    private double Shortest(bool reads)
    {
        const int Runs = 5;
        _reads = reads;
        Run();
        return Enumerable.Range(0, Runs).Min(_ =>
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            Run();
            return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
    }

    public override void RunCut(int phase, int cut)
    {
        if (phase == 2)
        {
            Sum = Read(_input + cut * (_weights / _threads), (int)(_weights / _threads));
            return;
        }

        if (phase == 3)
        {
            Sum = Products.Run(_multiplyAdds / _threads);
            return;
        }

        int share = _case!.Length / _threads / 64 * 64;
        float* input = _input + cut * share, output = _output + cut * share;
        if (phase == 0)
            Sum = Read(input, share);
        else
            Scale(input, output, share);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    private static float Read(float* input, int length)
    {
        // Four streams: one alone reaches but half the bandwidth of the third-level cache.
        int quarter = length / 4;
        Vector256<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (int i = 0; i < quarter; i += 16)
        {
            a += Vector256.Load(input + i);
            b += Vector256.Load(input + i + 8);
            c += Vector256.Load(input + quarter + i);
            d += Vector256.Load(input + quarter + i + 8);
            e += Vector256.Load(input + 2 * quarter + i);
            f += Vector256.Load(input + 2 * quarter + i + 8);
            g += Vector256.Load(input + 3 * quarter + i);
            h += Vector256.Load(input + 3 * quarter + i + 8);
        }

        return Vector256.Sum(((a + b) + (c + d)) + ((e + f) + (g + h)));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    private static void Scale(float* input, float* output, int length)
    {
        var factor = Vector512.Create(0.7f);
        for (int i = 0; i < length; i += 64)
        {
            Vector512.StoreAlignedNonTemporal(factor * Vector512.Load(input + i), output + i);
            Vector512.StoreAlignedNonTemporal(factor * Vector512.Load(input + i + 16), output + i + 16);
            Vector512.StoreAlignedNonTemporal(factor * Vector512.Load(input + i + 32), output + i + 32);
            Vector512.StoreAlignedNonTemporal(factor * Vector512.Load(input + i + 48), output + i + 48);
        }

        Streaming.Fence();
    }
}
