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

    /// <summary>The norm of the difference over the norm of what was expected.</summary>
    public static double Distance(ReadOnlySpan<float> given, float* expected)
    {
        double difference = 0, norm = 0;
        for (int i = 0; i < given.Length; i++)
        {
            difference += Math.Pow((double)given[i] - expected[i], 2);
            norm += Math.Pow(expected[i], 2);
        }

        return Math.Sqrt(difference / norm);
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
