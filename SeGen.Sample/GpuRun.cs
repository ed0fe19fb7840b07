using SeGen.Sample.Models;
using Spectre.Console;

namespace SeGen.Sample;

/// <summary>The block of the demonstration and two networks on a GPU: where they run, that they are right, and how fast they are.</summary>
internal static class GpuRun
{
    // Floats added up in another order; convolutions on tensor cores have factors of ten bits behind the point.
    private const double Tolerance = 1e-5, NetworkTolerance = 2e-2;

    private const int ImageLength = 3 * 224 * 224, Classes = 1000;

    public static void Run(GpuPolicy policy)
    {
        var gate = new GpuGate(seed: 1);
        using GpuModule gpu = gate.CreateCuda(policy);
        AnsiConsole.MarkupLineInterpolated($"{gpu.Placement}");
        Table table = new Table().AddColumns("one image", "CPU, ms", "GPU with both copies, ms", "GPU, data there, ms", "off by", "kernels");
        Compare(table, "a gate of 128 x 224 x 224", gate, gpu, GpuGate.InputLength, GpuGate.OutputLength, Tolerance);
        if (!gpu.IsOnGpu)
            return;

        var mobile = new MobileNetV3Large(seed: 1);
        using (GpuModule onGpu = mobile.CreateCuda(policy))
            Compare(table, nameof(MobileNetV3Large), mobile, onGpu, ImageLength, Classes, NetworkTolerance);

        var residual = new SEResNet50(seed: 1);
        using (GpuModule onGpu = residual.CreateCuda(policy))
            Compare(table, nameof(SEResNet50), residual, onGpu, ImageLength, Classes, NetworkTolerance);

        AnsiConsole.Write(table);
        WriteKernels(gpu);
    }

    private static void Compare(Table table, string name, IModule cpu, GpuModule gpu, int inputs, int outputs, double tolerance)
    {
        float[] x = Demonstration.Noise(inputs, seed: 2), expected = new float[outputs], y = new float[outputs];
        cpu.Forward(x, expected);
        gpu.Forward(x, y);
        double error = Demonstration.LargestDifference(expected, y) / expected.Max(Math.Abs);
        if (!(error <= tolerance))
            throw new SampleException($"{name}: the GPU's result is off by {error:e1} of the largest value: please report this with the line \"{SeGenInfo.Summary}\".");

        if (!gpu.IsOnGpu)
        {
            AnsiConsole.MarkupLineInterpolated($"{name}: largest difference to the CPU [green]{error:e1}[/]");
            return;
        }

        using GpuBuffer input = gpu.Allocate(inputs), output = gpu.Allocate(outputs);
        input.CopyFrom(x);
        double[] times = Stopclock.Medians(
            () => cpu.Forward(x, y),
            () => gpu.Forward(x, y),
            () =>
            {
                gpu.Forward(input, output);
                gpu.Synchronize();
            });
        table.AddRow(name, $"{times[0]:f3}", $"{times[1]:f3}", $"{times[2]:f3}", $"{error:e1}", Markup.Escape(gpu.Form));
    }

    /// <summary>The gate's kernels, by the device's clock.</summary>
    private static void WriteKernels(GpuModule gpu)
    {
        using GpuBuffer input = gpu.Allocate(GpuGate.InputLength), output = gpu.Allocate(GpuGate.OutputLength);
        input.CopyFrom(Demonstration.Noise(GpuGate.InputLength, seed: 2));
        gpu.TimesKernels = true;
        gpu.Forward(input, output);
        gpu.Synchronize();
        foreach (GpuKernelTime time in gpu.KernelTimes)
            AnsiConsole.MarkupLineInterpolated($"kernel {time.Kernel} of the gate, by the device's clock: {time.Milliseconds:f3} ms");
    }
}
