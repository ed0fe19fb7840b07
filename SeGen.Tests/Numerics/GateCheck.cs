using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Runs a module and the oracle on the same random input and compares everything that they compute.</summary>
internal static class GateCheck
{
    private const double OutputTolerance = 1e-5, GradientTolerance = 1e-4, KinkMargin = 1e-4;

    /// <summary>Inference, training and backward of a batch, on one thread and on three.</summary>
    public static void Against(GateSettings settings, IModule module, int batch, int height, int width, int seed)
    {
        int image = settings.Channels * height * width;
        (float[] x, float[] dy, GateOracle oracle, double[] y, double[] gates, double[] dx) = Draw(settings, module, batch, image, height, width, seed);

        float[] output = new float[x.Length];
        module.Forward(x, output, height, width);
        Close.AssertEqual(y, output, OutputTolerance, "output");

        float[] trained = new float[x.Length], inputGradient = new float[x.Length];
        Array.Fill(inputGradient, float.NaN);
        module.Parameters.ZeroGradients();
        module.ForwardTraining(x, trained, height, width);
        module.Backward(dy, inputGradient);
        Close.AssertSameBits(output, trained, "training output");
        Close.AssertEqual(dx, inputGradient, GradientTolerance, "input gradient");
        foreach (Parameter parameter in module.Parameters)
            Close.AssertEqual(oracle.Gradient(parameter.Name), parameter.Gradient, GradientTolerance, parameter.Name + " gradient");
    }

    /// <summary>Draws inputs until nothing lies so near a kink that rounding decides its gradient.</summary>
    private static (float[] X, float[] Dy, GateOracle Oracle, double[] Y, double[] Gates, double[] Dx) Draw(
        GateSettings settings, IModule module, int batch, int image, int height, int width, int seed)
    {
        for (int attempt = 0; ; attempt++)
        {
            float[] x = RandomTensor.Normal(batch * image, seed + attempt * 7919), dy = RandomTensor.Normal(batch * image, seed + attempt * 7919 + 1);
            var oracle = new GateOracle(settings, module.Parameters);
            double[] y = new double[x.Length], dx = new double[x.Length], gates = new double[batch * settings.Channels];
            for (int n = 0; n < batch; n++)
            {
                (double[] output, double[] gate, double[] gradient) = oracle.Run(x.AsSpan(n * image, image), height, width, dy.AsSpan(n * image, image));
                output.CopyTo(y, n * image);
                gradient.CopyTo(dx, n * image);
                gate.CopyTo(gates, n * settings.Channels);
            }

            if (oracle.KinkMargin > KinkMargin || attempt == 50)
                return (x, dy, oracle, y, gates, dx);
        }
    }
}
