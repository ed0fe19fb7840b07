using Spectre.Console;

namespace SeGen.Sample;

/// <summary>Compares the gradients of Backward with differences of the loss when one value is moved a little.</summary>
internal static class GradientCheck
{
    private const float Step = 1e-2f;
    private const double Tolerance = 2e-2;

    public static void Run()
    {
        var gate = new SmallGate(seed: 3);
        float[] x = Demonstration.Noise(2 * SmallGate.InputLength, seed: 4), dy = Demonstration.Noise(x.Length, seed: 5);
        float[] y = new float[x.Length], dx = new float[x.Length];
        gate.ForwardTraining(x, y);
        gate.Backward(dy, dx);

        var table = new Table().AddColumns("tensor", "values checked", "largest difference, relative");
        Check(table, "input", dx, (i, by) => x[i] += by);
        foreach (Parameter parameter in gate.Parameters)
            Check(table, parameter.ToString(), parameter.Gradient.ToArray(), (i, by) => parameter.Write()[i] += by);

        AnsiConsole.Write(table);

        void Check(Table rows, string name, float[] gradient, Action<int, float> move)
        {
            double worst = 0, scale = gradient.Max(MathF.Abs);
            for (int i = 0; i < gradient.Length; i++)
            {
                move(i, Step);
                double above = Loss();
                move(i, -2 * Step);
                double below = Loss();
                move(i, Step);
                worst = Math.Max(worst, Math.Abs((above - below) / (2 * Step) - gradient[i]) / scale);
            }

            if (worst > Tolerance)
                throw new SampleException($"The gradient of {name} is off by {worst:e1}: please report this with the line \"{SeGenInfo.Summary}\".");

            rows.AddRow(Markup.Escape(name), $"{gradient.Length}", $"{worst:e1}");
        }

        double Loss()
        {
            gate.Forward(x, y);
            double sum = 0;
            for (int i = 0; i < y.Length; i++)
                sum += (double)y[i] * dy[i];

            return sum;
        }
    }
}
