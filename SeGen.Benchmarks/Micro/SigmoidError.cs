using System.Runtime.Intrinsics;
using SeGen.Simd;
using Spectre.Console;

namespace SeGen.Benchmarks.Micro;

/// <summary>The error of the sigmoid over every float there is, against double precision.</summary>
internal static class SigmoidError
{
    private const int Lanes = 16;

    public static void Run()
    {
        var table = new Table().AddColumns("kernel", "largest error in units in the last place", "at");
        table.AddRow(Row("512 bits", static v => Sigmoid.Of(v)));
        table.AddRow(Row("256 bits", static v => Vector512.Create(Sigmoid.Of(v.GetLower()), Sigmoid.Of(v.GetUpper()))));
        table.AddRow(Row("128 bits", static v => Vector512.Create(Pair(v.GetLower()), Pair(v.GetUpper()))));
        AnsiConsole.Write(table);

        static Vector256<float> Pair(Vector256<float> v) => Vector256.Create(Sigmoid.Of(v.GetLower()), Sigmoid.Of(v.GetUpper()));
    }

    private static string[] Row(string name, Func<Vector512<float>, Vector512<float>> sigmoid)
    {
        var worst = new (double Error, float At)[Environment.ProcessorCount];
        Parallel.For(0, worst.Length, part =>
        {
            ulong share = (1UL << 32) / (ulong)worst.Length, first = share * (ulong)part, end = part == worst.Length - 1 ? 1UL << 32 : first + share;
            var step = Vector512<int>.Indices;
            for (ulong bits = first; bits < end; bits += Lanes)
            {
                Vector512<float> values = (Vector512.Create((int)(uint)bits) + step).AsSingle(), results = sigmoid(values);
                for (int lane = 0; lane < Lanes; lane++)
                {
                    float value = values.GetElement(lane);
                    double error = float.IsNaN(value) ? (float.IsNaN(results.GetElement(lane)) ? 0 : double.PositiveInfinity) : Error(results.GetElement(lane), value);
                    if (error > worst[part].Error)
                        worst[part] = (error, value);
                }
            }
        });
        (double largest, float at) = worst.MaxBy(w => w.Error);
        return [name, $"{largest:f3}", $"{at:g9}"];
    }

    private static double Error(float result, float value)
    {
        double exact = value >= 0 ? 1 / (1 + Math.Exp(-(double)value)) : Math.Exp(value) / (1 + Math.Exp(value));

        // The unit in the last place of a float of that size; below the normal floats it is the smallest subnormal.
        double unit = exact < 1.1754943508222875e-38 ? 1.401298464324817e-45 : Math.ScaleB(1, Math.ILogB(exact) - 23);
        return Math.Abs(result - exact) / unit;
    }
}
