using System.Diagnostics;
using SeGen.Benchmarks.Peers;
using Spectre.Console;

namespace SeGen.Benchmarks;

/// <summary>The same gate with its size in the declaration and with any size, taking turns.</summary>
internal static unsafe class FixedAgainstAny
{
    private const int Turns = 41;

    public static void Run()
    {
        var table = new Table().AddColumns("case", "fixed ms", "any size ms", "gain");
        foreach (Case c in Case.Gates.Where(c => c.CreateAny is not null))
        {
            IModule fixedSize = c.Create(), any = c.CreateAny!();
            fixedSize.Threads = any.Threads = 1;
            float* input = CaseFiles.Allocate(c.Length), output = CaseFiles.Allocate(c.Length);
            List<double> ofFixed = [], ofAny = [];
            for (int turn = 0; turn < Turns; turn++)
            {
                ofFixed.Add(Time(fixedSize, c, input, output));
                ofAny.Add(Time(any, c, input, output));
            }

            (double f, double a) = (Statistics.Median(ofFixed), Statistics.Median(ofAny));
            table.AddRow(c.Name, $"{f:f4}", $"{a:f4}", $"{Statistics.Median(ofAny.Zip(ofFixed, (x, y) => x / y)):f2}");
        }

        AnsiConsole.Write(table);
    }

    private static double Time(IModule module, Case c, float* input, float* output)
    {
        int calls = Math.Clamp(20_000_000 / c.Length, 5, 1000);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            module.Forward(new ReadOnlySpan<float>(input, c.Length), new Span<float>(output, c.Length), c.Size, c.Size);

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }
}
