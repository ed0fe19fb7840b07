using System.Globalization;
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
        Console.WriteLine("| way | MB at most | MB that stay | ratio | seconds |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        for (int way = 0; way < Ways.Length; way++)
        {
            // A process has an own high-water mark. The median of three: a collection may come early or late.
            double[][] runs = [.. Enumerable.Range(0, 3).Select(_ => Once(path, way))];
            double[] medians = [.. Enumerable.Range(0, 3).Select(i => Statistics.Median([.. runs.Select(r => r[i])]))];
            Console.WriteLine($"| `{Ways[way]}` | {medians[0]:f1} | {medians[1]:f1} | {medians[0] / medians[1]:f2} | {medians[2]:f2} |");
        }
    }

    /// <summary>Loads in this process and prints the peak over what the process had before, what stays, and the time.</summary>
    public static void Serve(string path, int way)
    {
        double before = Status("VmHWM"), managed = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        SEResNet50 net = SEResNet50.Load(path, release: way == 3);
        if (way is 1 or 2)
            net.Prepare(releaseParameters: way == 2);

        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, peak = Status("VmHWM") - before;
        double stay = (GC.GetTotalMemory(forceFullCollection: true) / 1e6) - managed;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peak} {stay} {seconds}"));
        GC.KeepAlive(net);
    }

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
