using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using SeGen.Benchmarks.Peers;
using SeGen.Sample.Models;

namespace SeGen.Benchmarks.Loading;

/// <summary>What loading an SE-ResNet-50 takes in memory at most, each way in a process of its own.</summary>
internal static class LoadingMemory
{
    /// <summary>The ways to load, in the order of the table.</summary>
    public static readonly string[] Ways =
        ["Load(path)", "Load(path), Prepare()", "Load(path), Prepare(releaseParameters: true)", "Load(path, release: true)"];

    public static void Run(string folder)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{nameof(SEResNet50)}.loading.safetensors");
        new SEResNet50(seed: 1).SaveWeights(path);
        Console.WriteLine($"SE-ResNet-50, a file of {new FileInfo(path).Length / 1e6:f1} MB");
        Console.WriteLine("| way | MB at most, first | again | MB that stay | ratio, first | again | seconds |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        for (int way = 0; way < Ways.Length; way++)
        {
            // The median of three: a collection may come early or late.
            double[][] runs = [.. Enumerable.Range(0, 3).Select(_ => Once(path, way))];
            double[] medians = [.. Enumerable.Range(0, 4).Select(i => Statistics.Median([.. runs.Select(r => r[i])]))];
            (double first, double again, double stay) = (medians[0], medians[1], medians[2]);
            Console.WriteLine(
                $"| `{Ways[way]}` | {first:f1} | {again:f1} | {stay:f1} | {first / stay:f2} | {again / stay:f2} | {medians[3]:f2} |");
        }
    }

    /// <summary>
    /// Loads in this process, twice, and prints the peak over what the process had before, of each, what stays, and the time of the first.
    /// The first has the JIT compile what loads and packs; the second is the loading itself.
    /// </summary>
    public static void Serve(string path, int way)
    {
        // What reading the figures themselves takes is had before.
        ResetPeak();
        (double before, double managed) = (Status("VmRSS"), GC.GetTotalMemory(forceFullCollection: true) / 1e6);
        ResetPeak();
        before = Status("VmRSS");
        (double peak, double alive, double seconds) = Load(path, way);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ResetPeak();
        double between = Status("VmRSS");
        (double again, _, _) = Load(path, way);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peak - before} {again - between} {alive - managed} {seconds}"));
    }

    /// <summary>A method of its own, so that nothing of the network is alive when it has returned.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (double Peak, double Alive, double Seconds) Load(string path, int way)
    {
        long start = Stopwatch.GetTimestamp();
        SEResNet50 net = SEResNet50.Load(path, release: way == 3);
        if (way is 1 or 2)
            net.Prepare(releaseParameters: way == 2);

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, peak = Status("VmHWM");
        double alive = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        GC.KeepAlive(net);
        return (peak, alive, seconds);
    }

    /// <summary>Makes the peak what the process has now (proc_pid_clear_refs(5)).</summary>
    private static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static double[] Once(string path, int way)
    {
        string[] numbers = ChildProcess.Output(Environment.ProcessPath!, "serve-loading", path, $"{way}").Trim().Split(' ');
        return [.. numbers.Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
    }

    /// <summary>A line of /proc/self/status in megabytes.</summary>
    private static double Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
