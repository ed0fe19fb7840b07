using System.Diagnostics;
using SeGen.Sample.Models;
using Spectre.Console;

namespace SeGen.Benchmarks;

/// <summary>How long the sample's networks take for one image, by themselves: medians, with one and two threads.</summary>
internal static class NetworkTimes
{
    private const double Seconds = 1.5;

    private static readonly (string Name, Func<IModule> Create, int Length, int Classes)[] Networks =
    [
        (nameof(SEResNet18), () => new SEResNet18(), SEResNet18.InputLength, SEResNet18.OutputLength),
        (nameof(SEResNet34), () => new SEResNet34(), SEResNet34.InputLength, SEResNet34.OutputLength),
        (nameof(SEResNet50), () => new SEResNet50(), SEResNet50.InputLength, SEResNet50.OutputLength),
        (nameof(SEResNet101), () => new SEResNet101(), SEResNet101.InputLength, SEResNet101.OutputLength),
        (nameof(SEResNet152), () => new SEResNet152(), SEResNet152.InputLength, SEResNet152.OutputLength),
        (nameof(SEResNeXt50), () => new SEResNeXt50(), SEResNeXt50.InputLength, SEResNeXt50.OutputLength),
        (nameof(MobileNetV3Small), () => new MobileNetV3Small(), MobileNetV3Small.InputLength, MobileNetV3Small.OutputLength),
        (nameof(MobileNetV3Large), () => new MobileNetV3Large(), MobileNetV3Large.InputLength, MobileNetV3Large.OutputLength),
        (nameof(EfficientNetB0), () => new EfficientNetB0(), EfficientNetB0.InputLength, EfficientNetB0.OutputLength),
        (nameof(RegNetY400MF), () => new RegNetY400MF(), RegNetY400MF.InputLength, RegNetY400MF.OutputLength),
        (nameof(SEResNet20), () => new SEResNet20(), SEResNet20.InputLength, SEResNet20.OutputLength),
    ];

    public static void Run()
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumn("network").AddColumn("1 thread, ms").AddColumn("2 threads, ms");
        foreach ((string name, Func<IModule> create, int length, int classes) in Networks)
        {
            IModule network = create();
            var random = new Random(1);
            float[] x = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)], y = new float[classes];
            table.AddRow([name, .. new[] { 1, 2 }.Select(threads => $"{Median(network, threads, x, y):f2}")]);
        }

        AnsiConsole.Write(table);
    }

    private static double Median(IModule network, int threads, float[] x, float[] y)
    {
        network.Threads = threads;
        for (int i = 0; i < 3; i++)
            network.Forward(x, y);

        var times = new List<double>();
        for (long begin = Stopwatch.GetTimestamp(); times.Count < 7 || Stopwatch.GetElapsedTime(begin).TotalSeconds < Seconds;)
        {
            long start = Stopwatch.GetTimestamp();
            network.Forward(x, y);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
