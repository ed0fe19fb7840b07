using SeGen.Cuda;

namespace SeGen.DeviceCheck;

/// <summary>What a form of a case's kernels computes, against the CPU: the largest difference over the largest value.</summary>
/// <param name="Case">The case.</param>
/// <param name="Form">The form, in words.</param>
/// <param name="Output">Of the output.</param>
/// <param name="InputGradient">Of the input's gradient.</param>
/// <param name="ParameterGradients">Of the parameters' gradients, the worst.</param>
/// <param name="IsSame">Whether a second run had the same bits, and the other forms of the case.</param>
internal sealed record NumericResult(string Case, string Form, double Output, double InputGradient, double ParameterGradients, bool IsSame)
{
    /// <summary>Sums of up to 50,176 floats in another order, and two approximated exponentials.</summary>
    public const double Tolerance = 1e-5;

    public bool IsRight => IsSame && Output <= Tolerance && InputGradient <= Tolerance && ParameterGradients <= 10 * Tolerance;
}

/// <summary>Compares every form of every kernel with the CPU.</summary>
internal static class Numerics
{
    public static IEnumerable<NumericResult> Run(IEnumerable<GateCase> cases)
    {
        foreach (GateCase one in cases)
        {
            var seen = new HashSet<string>();
            Outcome? first = null;
            foreach (string form in new[] { "", "portable", "group", "image" })
            {
                GpuSettings.Form = form;
                (IModule cpu, GpuModule gpu) = one.Create();
                using (gpu)
                {
                    // Again over buffers, with other calls in between.
                    Outcome outcome = Compute(one, cpu, gpu), again = ComputeOverBuffers(one, cpu, gpu);
                    if (!seen.Add(outcome.Form))
                        continue;

                    first ??= outcome;
                    yield return Compare(one, cpu, outcome, outcome.Equals(again) && outcome.Equals(first));
                }
            }

            GpuSettings.Form = null;
        }
    }

    private static Outcome Compute(GateCase one, IModule cpu, GpuModule gpu)
    {
        float[] x = Values(one.Length, 1), dy = Values(one.Length, 2), y = new float[one.Length], dx = new float[one.Length];
        cpu.Parameters.ZeroGradients();
        gpu.ForwardTraining(x, y, one.Height, one.Width);
        string form = gpu.Form;
        gpu.Backward(dy, dx);
        return new Outcome($"{form}; {gpu.Form}", y, dx, [.. cpu.Parameters.Select(p => p.Gradient.ToArray())]);
    }

    private static Outcome ComputeOverBuffers(GateCase one, IModule cpu, GpuModule gpu)
    {
        float[] image = Values(one.Length / one.Images, 1), y = new float[one.Length], dx = new float[one.Length];
        cpu.Parameters.ZeroGradients();
        using GpuBuffer input = gpu.Allocate(one.Length), output = gpu.Allocate(one.Length), gradient = gpu.Allocate(one.Length);
        input.CopyFrom(Values(one.Length, 1));
        gpu.ForwardTraining(input, output, one.Height, one.Width);
        string form = gpu.Form;
        output.CopyTo(y);

        // Another batch, in place; then the same one without the input's gradient, and for that alone.
        gpu.Forward(image, image, one.Height, one.Width);
        gradient.CopyFrom(Values(one.Length, 2));
        gpu.Backward(gradient, null);
        gpu.Synchronize();
        float[][] gradients = [.. cpu.Parameters.Select(p => p.Gradient.ToArray())];
        gpu.Backward(gradient, gradient);
        gradient.CopyTo(dx);
        gpu.Synchronize();
        bool isSame = image.AsSpan().SequenceEqual(y.AsSpan(0, image.Length));
        return new Outcome($"{form}; {gpu.Form}", isSame ? y : [], dx, gradients);
    }

    private static NumericResult Compare(GateCase one, IModule cpu, Outcome outcome, bool isSame)
    {
        float[] x = Values(one.Length, 1), dy = Values(one.Length, 2), y = new float[one.Length], dx = new float[one.Length];
        cpu.Parameters.ZeroGradients();
        cpu.ForwardTraining(x, y, one.Height, one.Width);
        cpu.Backward(dy, dx);

        // Math.Max keeps what is no number, and Enumerable.Max does not.
        double gradients = cpu.Parameters.Zip(outcome.Gradients, (p, g) => Error(p.Gradient, g)).Aggregate(0.0, Math.Max);
        return new NumericResult(one.Name, outcome.Form, Error(y, outcome.Output), Error(dx, outcome.InputGradient), gradients, isSame);
    }

    public static double Error(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double largest = 0, error = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            error = Math.Max(error, Math.Abs((double)expected[i] - actual[i]));
            if (float.IsNaN(actual[i]))
                return double.NaN;
        }

        return largest == 0 ? error : error / largest;
    }

    public static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 4 - 1.5f)];
    }

    private sealed record Outcome(string Form, float[] Output, float[] InputGradient, float[][] Gradients)
    {
        public bool Equals(Outcome? other) => other is not null && Output.AsSpan().SequenceEqual(other.Output) && InputGradient.AsSpan().SequenceEqual(other.InputGradient)
            && Gradients.Zip(other.Gradients).All(g => g.First.AsSpan().SequenceEqual(g.Second));

        public override int GetHashCode() => Output.Length;
    }
}
