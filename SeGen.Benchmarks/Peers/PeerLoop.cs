using System.Diagnostics;
using System.Globalization;

namespace SeGen.Benchmarks.Peers;

/// <summary>The child's side: takes orders on standard input, one a line, as torch_peer.py does.</summary>
internal static class PeerLoop
{
    private const int MinCalls = 5, MaxCalls = 5000;

    public static void Serve(IPeer peer)
    {
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            Console.WriteLine(words[0] == "load"
                ? peer.Load(Case.Named(words[1]), int.Parse(words[^1], CultureInfo.InvariantCulture)).ToString("r", CultureInfo.InvariantCulture)
                : Time(peer, double.Parse(words[1], CultureInfo.InvariantCulture)));
        }
    }

    private static string Time(IPeer peer, double seconds)
    {
        var times = new List<double>();
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        while (times.Count < MinCalls || (times.Count < MaxCalls && Stopwatch.GetTimestamp() < end))
        {
            long start = Stopwatch.GetTimestamp();
            peer.Run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return string.Join(' ', times.Select(t => t.ToString("f6", CultureInfo.InvariantCulture)));
    }
}
