namespace SeGen.DeviceCheck;

/// <summary>Compares whole steps with the CPU: forward, loss, back, clipping, and two optimizers in turns. From the second step on both ways are graphs.</summary>
internal static class StepNumerics
{
    private const int Steps = 3;

    /// <summary>How far apart the parameters of both end, over how far they have moved.</summary>
    /// <param name="one">The network.</param>
    /// <param name="cpu">It, on the CPU.</param>
    /// <param name="own">Another one with the same weights.</param>
    /// <param name="gpu">That on the device.</param>
    public static double Compare(NetworkCase one, IModule cpu, IModule own, GpuModule gpu)
    {
        Optimizer[] expected = Optimizers(cpu), actual = Optimizers(own);
        var loss = new CrossEntropyLoss(labelSmoothing: 0.1f);
        int[] targets = [.. Enumerable.Range(0, one.Images).Select(n => 3 * n % one.Classes)];
        float[] x = Numerics.Values(one.Images * one.Input, 3), logits = new float[one.Images * one.Classes], gradient = new float[logits.Length];
        using GpuBuffer from = gpu.Allocate(x.Length), to = gpu.Allocate(logits.Length), mean = gpu.Allocate(1);
        from.CopyFrom(x);
        float[] start = Trained(cpu);
        for (int step = 0; step < Steps; step++)
        {
            cpu.Parameters.ZeroGradients();
            cpu.ForwardTraining(x, logits);
            loss.Forward(logits, targets, gradient);
            cpu.Backward(gradient, []);
            cpu.Parameters.ClipGradientNorm(Limit(step));
            expected[step % 2].Step();

            gpu.ForwardTraining(from, to);
            gpu.Loss(loss, to, targets, to, mean);
            gpu.Backward(to, null);
            gpu.ClipGradientNorm(Limit(step));
            gpu.Optimize(actual[step % 2]);
        }

        gpu.Synchronize();
        float[] end = Trained(cpu), onGpu = Trained(own);
        return Math.Sqrt(Squares(end, onGpu) / Squares(end, start));
    }

    // Within it, and beyond.
    private static float Limit(int step) => step == 0 ? 1e6f : 0.05f;

    // Adam with so large an epsilon that values with hardly a gradient do not move by its sign alone.
    private static Optimizer[] Optimizers(IModule module) =>
    [
        new SgdOptimizer(module.Parameters, 0.01f, 0.9f, weightDecay: 1e-3f, nesterov: true),
        new AdamWOptimizer(module.Parameters, 0.01f, epsilon: 0.1f),
    ];

    private static float[] Trained(IModule module) => [.. module.Parameters.Where(p => p.IsTrainable).SelectMany(p => p.Values.ToArray())];

    private static double Squares(float[] a, float[] b) => a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum();
}
