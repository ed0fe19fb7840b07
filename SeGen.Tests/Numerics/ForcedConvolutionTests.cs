using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Every way of computing a convolution on every shape that it supports, whatever the planner would choose, against the oracle.</summary>
[Trait("Category", "Numeric")]
public class ForcedConvolutionTests
{
    private const double TrainingTolerance = 1e-4, GradientTolerance = 1e-3;

    /// <summary>
    /// Channels within a block, of one, of several; tiles that fit and that reach beyond the map, by every remainder; one tile, one cut, many;
    /// all paddings; residuals, activations and sums for a gate.
    /// </summary>
    private static readonly (string Attributes, int Channels, int Height, int Width)[] Shapes =
    [
        .. new[] { (4, 4), (5, 6), (7, 8), (9, 11), (2, 2), (3, 13), (16, 15), (30, 29) }.Select(s => Conv(16, 16, s.Item1, s.Item2, "")),
        .. new[] { 0, 1, 2 }.Select(p => Conv(17, 40, 8, 9, $", Padding = {p}")),
        Conv(64, 64, 8, 8, ", Bias = true"),
        Conv(64, 48, 10, 9, ""),
        Conv(48, 64, 40, 37, ""),
        Conv(96, 128, 14, 14, ""),
        Conv(80, 32, 24, 40, ""),
        Block("[SEResidual(16, Reduction = 4, Height = 9, Width = 10, MaxBatch = 3)]", 16, 9, 10),
        Block("[SEResidual(64, Height = 7, Width = 7, MaxBatch = 3)]", 64, 7, 7),
        Block("[SEResidual(40, InChannels = 24, Stride = 2, Height = 13, Width = 12, MaxBatch = 3)]", 24, 13, 12),
        Block("[SEResidual(32, Body = ResidualBody.Conv, Height = 33, Width = 20, MaxBatch = 3)]", 32, 33, 20),
        Block("[SEResidual(64, Body = ResidualBody.Bottleneck, Height = 12, Width = 11, MaxBatch = 3)]", 64, 12, 11),
        Block("[SENetwork(20, Height = 11, Width = 12, MaxBatch = 3)] [Conv(24, Padding = 2), BatchNorm, SiLU] [Conv(36), HardSwish] [Conv(16, Kernel = 5)] [GlobalAveragePool, Linear(7)]", 20, 11, 12),
    ];

    [Theory]
    [InlineData("Direct")]
    [InlineData("Winograd2")]
    [InlineData("Winograd4")]
    public void Outputs_are_the_oracles(string convolutions)
    {
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared(Shapes.Select(s => s.Attributes.Replace("Height =", "InferenceOnly = true, Height =", StringComparison.Ordinal)), convolutions);
        for (int i = 0; i < modules.Count; i++)
        {
            (string attributes, int channels, int height, int width) = Shapes[i];
            IModule module = modules[i];
            AssertForced(module, convolutions);
            OutputCheck.AgainstOracle(module, $"{convolutions}, {attributes}", channels, height, width, i);
        }
    }

    [Theory]
    [InlineData("Winograd2")]
    [InlineData("Winograd4")]
    public void Training_steps_are_the_oracles(string convolutions)
    {
        (string Attributes, int Channels, int Height, int Width)[] trained = [.. Shapes.Where(s => s.Attributes.Contains("MaxBatch", StringComparison.Ordinal))];
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared(trained.Select(s => s.Attributes), convolutions);
        for (int i = 0; i < modules.Count; i++)
        {
            AssertForced(modules[i], convolutions);
            CheckStep(modules[i], $"{convolutions}, {trained[i].Attributes}", trained[i].Channels, trained[i].Height, trained[i].Width, 100 * i);
        }
    }

    /// <summary>That the module's own table has the kernels that were asked for, and no others of their kind.</summary>
    private static void AssertForced(IModule module, string convolutions)
    {
        string summary = (string)module.GetType().GetProperty("Summary")!.GetValue(null)!;
        foreach (string form in new[] { "Winograd2", "Winograd4" })
            Assert.True(summary.Contains($"{form}_", StringComparison.Ordinal) == (form == convolutions), $"{convolutions}:\n{summary}");
    }

    private static void CheckStep(IModule module, string name, int channels, int height, int width, int seed)
    {
        const int Batch = 3;
        for (int attempt = 0; ; attempt++)
        {
            float[] input = RandomTensor.Normal(Batch * channels * height * width, seed + attempt);
            var oracle = new TrainingOracle(module, frozen: false);
            Signal x = Signal.Of(input, channels, height, width), y = oracle.Forward(x);
            float[] gradient = RandomTensor.Normal(y.Images.Sum(m => m.Values.Length), seed + attempt + 1);
            oracle.Backward(y, [.. gradient.Select(v => (double)v)]);

            // Not too near a kink, where rounding alone would decide which side a gradient is of.
            if (oracle.KinkMargin < 3e-6 && attempt < 50)
                continue;

            TrainingStep? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                module.Threads = threads;
                var step = new TrainingStep(module, input, gradient, height, width);
                step.AssertSameBits(first ??= step, $"of {name} on {threads} threads");
            }

            first!.AssertEqual(oracle, x, y, module.Parameters, TrainingTolerance, GradientTolerance);
            return;
        }
    }

    private static (string, int, int, int) Conv(int inputs, int outputs, int height, int width, string more)
        => ($"[SENetwork({inputs}, Height = {height}, Width = {width})] [Conv({outputs}{more})]", inputs, height, width);

    private static (string, int, int, int) Block(string attributes, int channels, int height, int width) => (attributes, channels, height, width);
}
