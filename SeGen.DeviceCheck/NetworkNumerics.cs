using SeGen.Cuda;

namespace SeGen.DeviceCheck;

/// <summary>What a network computes on the device, against the CPU: the largest difference over the largest value.</summary>
/// <param name="Case">The network.</param>
/// <param name="Products">fp32, or TF32 on tensor cores.</param>
/// <param name="Inference">Of inference.</param>
/// <param name="Training">Of the output in training.</param>
/// <param name="Gradients">Of the parameters' gradients, the worst; those that are small beside the others are measured by these.</param>
/// <param name="Steps">Of what the parameters have moved by after three whole steps on the device: the length of the difference over that of the way.</param>
/// <param name="IsSame">Whether a second run had the same bits.</param>
internal sealed record NetworkResult(string Case, string Products, double Inference, double Training, double Gradients, double Steps, bool IsSame)
{
    /// <summary>Sums in another order through some fifty layers; TF32 has ten bits behind the point.</summary>
    private double Tolerance => Products == "fp32" ? 1e-4 : 2e-2;

    public bool IsRight => IsSame && Inference <= Tolerance && Training <= Tolerance && Gradients <= 10 * Tolerance && Steps <= 10 * Tolerance;
}

/// <summary>Compares networks with the CPU, with and without tensor cores.</summary>
internal static class NetworkNumerics
{
    public static IEnumerable<NetworkResult> Run(IEnumerable<NetworkCase> cases)
    {
        bool usual = GpuSettings.TensorCores;
        foreach (NetworkCase one in cases)
        {
            foreach (bool onTensorCores in usual ? [false, true] : new[] { false })
            {
                GpuSettings.TensorCores = onTensorCores;
                yield return Compare(one, onTensorCores ? "TF32" : "fp32");
            }
        }

        GpuSettings.TensorCores = usual;
    }

    private static NetworkResult Compare(NetworkCase one, string products)
    {
        (IModule cpu, GpuModule gpu) = one.Create();
        (IModule other, GpuModule unused) = one.Create();
        unused.Dispose();
        using (gpu)
        {
            // The weights of the one on the device, and the masks of dropout, are those of the other.
            (cpu.DropoutSeed, other.DropoutSeed) = (5, 5);
            float[] x = Numerics.Values(one.Images * one.Input, 1), dy = Numerics.Values(one.Images * one.Classes, 2);
            float[] expected = new float[dy.Length], actual = new float[dy.Length], again = new float[dy.Length];
            other.Forward(x, expected);
            gpu.Forward(x, actual);
            gpu.Forward(x, again);
            double inference = Numerics.Error(expected, actual);
            bool isSame = actual.AsSpan().SequenceEqual(again);
            other.ForwardTraining(x, expected);
            other.Backward(dy, []);
            gpu.ForwardTraining(x, actual);
            gpu.Backward(dy, []);
            double training = Numerics.Error(expected, actual), largest = other.Parameters.Where(p => p.IsTrainable).Max(p => Largest(p.Gradient)), gradients = 0;
            foreach ((Parameter a, Parameter b) in other.Parameters.Zip(cpu.Parameters).Where(p => p.First.IsTrainable))
                gradients = Math.Max(gradients, Difference(a.Gradient, b.Gradient) / Math.Max(Largest(a.Gradient), largest / 100));

            return new NetworkResult(one.Name, products, inference, training, gradients, StepNumerics.Compare(one, other, cpu, gpu), isSame);
        }
    }

    private static double Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double difference = 0;
        for (int i = 0; i < a.Length; i++)
            difference = Math.Max(difference, Math.Abs((double)a[i] - b[i]));

        return difference;
    }

    private static double Largest(ReadOnlySpan<float> values)
    {
        double largest = 0;
        foreach (float value in values)
            largest = Math.Max(largest, Math.Abs(value));

        return largest;
    }
}
