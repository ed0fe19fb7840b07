using System.Diagnostics;
using System.Globalization;
using SeGen.Benchmarks.Peers;

namespace SeGen.Benchmarks.Startup;

/// <summary>The time from loading ONNX Runtime's library to its first result, in a process that has done nothing else; that process's own start does not count.</summary>
internal static class OnnxRuntimeStart
{
    public static void Print(string folder, int threads)
    {
        var peer = new OnnxRuntimePeer(folder, PeerFiles.Library(folder));
        Case what = Case.Named(StartupBenchmark.Network);
        long start = Stopwatch.GetTimestamp();
        peer.Open(what, threads);
        peer.Run();
        Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalMilliseconds.ToString("f1", CultureInfo.InvariantCulture));
    }
}
