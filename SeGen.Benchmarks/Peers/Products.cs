using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SeGen.Benchmarks.Peers;

/// <summary>Multiply-adds of a module, and the time that they take at least.</summary>
internal static class Products
{
    private const int Sums = 12;

    /// <summary>Those of the direct form, for one image, and those of the way in which they are computed, as the last row of the Summary has them.</summary>
    public static (long Direct, long Computed) Of(Type module)
    {
        long direct = (long)module.GetField("MultiplyAdds")!.GetRawConstantValue()!;
        string summary = (string)module.GetProperty("Summary", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        string[] total = summary.TrimEnd().Split('\n')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (direct, long.Parse(total[3], NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
    }

    /// <summary>So many multiply-adds in registers, in as many sums as the hardware has under way.</summary>
    public static float Run(long multiplyAdds) => Vector512.IsHardwareAccelerated ? Run512(multiplyAdds) : Run256(multiplyAdds);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run512(long multiplyAdds)
    {
        var c = Vector512.Create(0.1f);
        var m = Vector512.Create(0.999f);
        Vector512<float> s0 = c, s1 = c, s2 = c, s3 = c, s4 = c, s5 = c, s6 = c, s7 = c, s8 = c, s9 = c, s10 = c, s11 = c;
        for (long i = multiplyAdds / (16 * Sums); i > 0; i--)
        {
            s0 = Vector512.FusedMultiplyAdd(s0, m, c);
            s1 = Vector512.FusedMultiplyAdd(s1, m, c);
            s2 = Vector512.FusedMultiplyAdd(s2, m, c);
            s3 = Vector512.FusedMultiplyAdd(s3, m, c);
            s4 = Vector512.FusedMultiplyAdd(s4, m, c);
            s5 = Vector512.FusedMultiplyAdd(s5, m, c);
            s6 = Vector512.FusedMultiplyAdd(s6, m, c);
            s7 = Vector512.FusedMultiplyAdd(s7, m, c);
            s8 = Vector512.FusedMultiplyAdd(s8, m, c);
            s9 = Vector512.FusedMultiplyAdd(s9, m, c);
            s10 = Vector512.FusedMultiplyAdd(s10, m, c);
            s11 = Vector512.FusedMultiplyAdd(s11, m, c);
        }

        return Vector512.Sum(((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)) + ((s8 + s9) + (s10 + s11)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run256(long multiplyAdds)
    {
        var c = Vector256.Create(0.1f);
        var m = Vector256.Create(0.999f);
        Vector256<float> s0 = c, s1 = c, s2 = c, s3 = c, s4 = c, s5 = c, s6 = c, s7 = c, s8 = c, s9 = c, s10 = c, s11 = c;
        for (long i = multiplyAdds / (8 * Sums); i > 0; i--)
        {
            s0 = Vector256.FusedMultiplyAdd(s0, m, c);
            s1 = Vector256.FusedMultiplyAdd(s1, m, c);
            s2 = Vector256.FusedMultiplyAdd(s2, m, c);
            s3 = Vector256.FusedMultiplyAdd(s3, m, c);
            s4 = Vector256.FusedMultiplyAdd(s4, m, c);
            s5 = Vector256.FusedMultiplyAdd(s5, m, c);
            s6 = Vector256.FusedMultiplyAdd(s6, m, c);
            s7 = Vector256.FusedMultiplyAdd(s7, m, c);
            s8 = Vector256.FusedMultiplyAdd(s8, m, c);
            s9 = Vector256.FusedMultiplyAdd(s9, m, c);
            s10 = Vector256.FusedMultiplyAdd(s10, m, c);
            s11 = Vector256.FusedMultiplyAdd(s11, m, c);
        }

        return Vector256.Sum(((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)) + ((s8 + s9) + (s10 + s11)));
    }
}
