using System.Runtime.InteropServices;

namespace SeGen.Benchmarks.Peers;

/// <summary>The tensors of a case, as export.py wrote them, in memory aligned as the peers' is.</summary>
internal static unsafe class CaseFiles
{
    public static float* Allocate(int length)
    {
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 4096);
        new Span<float>(memory, length).Clear();
        return memory;
    }

    public static float* Read(string folder, Case what, string ending, int length)
    {
        float* memory = Allocate(length);
        using FileStream stream = File.OpenRead(Path.Combine(folder, $"{what.Name}.{ending}.bin"));
        stream.ReadExactly(MemoryMarshal.AsBytes(new Span<float>(memory, length)));
        return memory;
    }

    public static double Error(float* given, float* expected, int length)
    {
        double worst = 0, scale = 0;
        for (int i = 0; i < length; i++)
        {
            worst = Math.Max(worst, Math.Abs((double)given[i] - expected[i]));
            scale = Math.Max(scale, Math.Abs(expected[i]));
        }

        return worst / scale;
    }
}
