using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>What one forward and backward pass of a module leaves behind.</summary>
internal sealed class TrainingStep
{
    private readonly Dictionary<string, float[]> _gradients = [], _statistics = [];

    /// <summary>Runs a step; running statistics are put back as they were.</summary>
    public TrainingStep(IModule module, float[] input, float[] outputGradient, int height, int width)
    {
        float[][] before = [.. module.Parameters.Select(p => p.Values.ToArray())];
        long seed = module.DropoutSeed;
        module.Parameters.ZeroGradients();
        (Output, InputGradient) = (new float[outputGradient.Length], new float[input.Length]);
        module.ForwardTraining(input, Output, height, width);
        foreach (Parameter parameter in module.Parameters.Where(p => !p.IsTrainable))
            _statistics[parameter.Name] = parameter.Values.ToArray();

        module.Backward(outputGradient, InputGradient);
        foreach (Parameter parameter in module.Parameters.Where(p => p.IsTrainable))
            _gradients[parameter.Name] = parameter.Gradient.ToArray();

        module.DropoutSeed = seed;
        for (int i = 0; i < before.Length; i++)
            before[i].CopyTo(module.Parameters[i].Write());
    }

    public float[] Output { get; }

    public float[] InputGradient { get; }

    /// <summary>The gradient of a parameter.</summary>
    public float[] Gradient(string parameter) => _gradients[parameter];

    /// <summary>What running statistics became.</summary>
    public float[] Statistics(string parameter) => _statistics[parameter];

    /// <summary>All of it is the same bits as another step's.</summary>
    public void AssertSameBits(TrainingStep other, string what)
    {
        Close.AssertSameBits(other.Output, Output, $"output {what}");
        Close.AssertSameBits(other.InputGradient, InputGradient, $"input gradient {what}");
        foreach ((string name, float[] values) in _gradients)
            Close.AssertSameBits(other._gradients[name], values, $"gradient of {name} {what}");

        foreach ((string name, float[] values) in _statistics)
            Close.AssertSameBits(other._statistics[name], values, $"{name} {what}");
    }

    /// <summary>All of it is what the oracle computes.</summary>
    public void AssertEqual(TrainingOracle oracle, Signal x, Signal y, ParameterSet parameters, double outputTolerance, double gradientTolerance)
    {
        Close.AssertEqual([.. y.Images.SelectMany(m => m.Values)], Output, outputTolerance, "output");
        double largest = parameters.Where(p => p.IsTrainable).SelectMany(p => oracle.Gradient(p.Name)).Select(Math.Abs).DefaultIfEmpty(0).Max();
        AssertGradient([.. x.Gradients.SelectMany(m => m.Values)], InputGradient, "input gradient");
        foreach (Parameter parameter in parameters.Where(p => p.IsTrainable))
            AssertGradient(oracle.Gradient(parameter.Name), _gradients[parameter.Name], $"gradient of {parameter.Name}");

        foreach ((string name, double[] expected) in oracle.Statistics)
            Close.AssertEqual(expected, _statistics[name], outputTolerance, name);

        // A bias before a batch norm, or what only the mean of a normalised map sees, has a gradient of nothing but rounding: beside the
        // largest of the parameters' it is zero.
        void AssertGradient(double[] expected, float[] actual, string what)
        {
            double own = expected.Select(Math.Abs).DefaultIfEmpty(0).Max();
            Close.AssertEqual(expected, actual, gradientTolerance * Math.Max(1, 1e-2 * largest / Math.Max(own, 1e-30)), what);
        }
    }
}
