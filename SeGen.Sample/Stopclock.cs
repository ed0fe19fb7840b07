using System.Diagnostics;

namespace SeGen.Sample;

/// <summary>Times several ways of doing the same thing, taking turns, so that a busy minute of the machine meets all of them.</summary>
internal static class Stopclock
{
    private const int Warmups = 3, Turns = 15;

    /// <summary>The median milliseconds of each way.</summary>
    public static double[] Medians(params Action[] ways)
    {
        foreach (Action way in ways)
        {
            for (int i = 0; i < Warmups; i++)
                way();
        }

        double[][] times = [.. ways.Select(_ => new double[Turns])];
        for (int turn = 0; turn < Turns; turn++)
        {
            for (int w = 0; w < ways.Length; w++)
            {
                long start = Stopwatch.GetTimestamp();
                ways[w]();
                times[w][turn] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        return [.. times.Select(t => t.Order().ElementAt(Turns / 2))];
    }
}
