using Spectre.Console;

namespace SeGen.Sample;

/// <summary>The block of the demonstration on a GPU: where it runs, that it is right, and how fast it is.</summary>
internal static class GpuRun
{
    // Floats added up in another order.
    private const double Tolerance = 1e-5;

    public static void Run(GpuPolicy policy)
    {
        var gate = new GpuGate(seed: 1);
        using GpuModule gpu = gate.CreateCuda(policy);
        AnsiConsole.MarkupLineInterpolated($"{gpu.Placement}");

        float[] x = Demonstration.Noise(GpuGate.InputLength, seed: 2), expected = new float[x.Length], y = new float[x.Length];
        gate.Forward(x, expected);
        gpu.Forward(x, y);
        double error = Demonstration.LargestDifference(expected, y);
        if (error > Tolerance)
            throw new SampleException($"The GPU's result is off by {error:e1}: please report this with the line \"{SeGenInfo.Summary}\".");

        AnsiConsole.MarkupLineInterpolated($"largest difference to the CPU: [green]{error:e1}[/]");
        if (!gpu.IsOnGpu)
            return;

        using GpuBuffer input = gpu.Allocate(x.Length), output = gpu.Allocate(x.Length);
        input.CopyFrom(x);
        double[] times = Stopclock.Medians(
            () => gate.Forward(x, y),
            () => gpu.Forward(x, y),
            () =>
            {
                gpu.Forward(input, output);
                gpu.Synchronize();
            });
        gpu.TimesKernels = true;
        gpu.Forward(input, output);
        gpu.Synchronize();

        var table = new Table().AddColumns("1 x 128 x 224 x 224", "ms");
        table.AddRow($"CPU, {SeGenThreads.Degree} threads", $"{times[0]:f3}");
        table.AddRow("GPU, with both copies", $"{times[1]:f3}");
        table.AddRow($"GPU, data on the device ({gpu.Form})", $"{times[2]:f3}");
        foreach (GpuKernelTime time in gpu.KernelTimes)
            table.AddRow(Markup.Escape($"  kernel {time.Kernel}, by the device's clock"), $"{time.Milliseconds:f3}");

        AnsiConsole.Write(table);
    }
}
