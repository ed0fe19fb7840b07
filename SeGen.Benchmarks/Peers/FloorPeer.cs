using System.Runtime.Intrinsics;
using SeGen.Simd;
using SeGen.Threading;

namespace SeGen.Benchmarks.Peers;

/// <summary>
/// What no implementation can beat: the same bytes read once, then read again and written past the caches, with nothing computed but
/// a sum and a product.
/// </summary>
internal sealed unsafe class FloorPeer(string folder) : ParallelWork, IPeer
{
    private Case? _case;
    private float* _input, _output;
    private int _threads;

    public float Sum { get; private set; }

    public double Load(Case what, int threads)
    {
        _case = what;
        _threads = threads;
        _input = CaseFiles.Read(folder, what, "input", what.Length);
        _output = CaseFiles.Allocate(what.Length);
        return 0;
    }

    public void Run()
    {
        WorkerPool.Shared.Run(this, 0, _threads, _threads);
        WorkerPool.Shared.Run(this, 1, _threads, _threads);
    }

    public override void RunCut(int phase, int cut)
    {
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
        Vector512<float> a = default, b = default, c = default, d = default;
        for (int i = 0; i < length; i += 64)
        {
            a += Vector512.Load(input + i);
            b += Vector512.Load(input + i + 16);
            c += Vector512.Load(input + i + 32);
            d += Vector512.Load(input + i + 48);
        }

        return Vector512.Sum(a + b + c + d);
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
