using System.Reflection;
using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Numerics;

/// <summary>
/// The rounding errors of both precisions: the largest difference to the same network in double precision, over its largest output. The
/// figures of docs/performance.md are what these tests log.
/// </summary>
public class PrecisionTests(ITestOutputHelper log)
{
    private const double FastBound = 1.5e-6, StrictBound = 1.2e-6, DeepBound = 2e-6;

    private static readonly Lazy<Assembly> StrictGoldens = new(() => ModuleCompiler.Compile(
        string.Join('\n', new[] { "GoldenBlocks.cs", "GoldenNetworks.cs" }.SelectMany((f, i) => File.ReadLines(Repository.PathOf("SeGen.Tests", "Numerics", f))
            .Select(line => line.Replace("MaxBatch =", "InferenceOnly = true, MaxBatch =", StringComparison.Ordinal))
            .Where(line => i == 0 || !(line.StartsWith("namespace", StringComparison.Ordinal) || line.StartsWith("#pragma", StringComparison.Ordinal))))),
        "Strict"));

    public static TheoryData<string, Naming, Type> Cases
    {
        get
        {
            var cases = new TheoryData<string, Naming, Type>();
            MethodInfo test = typeof(GoldenNetworkTests).GetMethod(nameof(GoldenNetworkTests.Computes_what_PyTorch_computes))!;
            foreach (object?[] data in test.GetCustomAttributes<InlineDataAttribute>().SelectMany(a => a.GetData(test)))
            {
                // Those of the sample have other sources; they are its own.
                var type = (Type)data[2]!;
                if (type.Assembly == typeof(PrecisionTests).Assembly)
                    cases.Add((string)data[0]!, (Naming)data[1]!, type);
            }

            return cases;
        }
    }

    [GoldenTheory]
    [MemberData(nameof(Cases))]
    public void Golden_cases(string name, Naming naming, Type type)
    {
        using SafeTensorsFile golden = SafeTensorsFile.Open(Goldens.Case(name));
        Assert.True(golden.TryGet("input", out TensorInfo? input));
        (int channels, int height, int width) = ((int)input.Shape[1], (int)input.Shape[2], (int)input.Shape[3]);
        float[] x = golden.ReadSingles("input");
        var fast = (IModule)Activator.CreateInstance(type)!;
        var strict = (IModule)Activator.CreateInstance(StrictGoldens.Value.GetType(type.FullName!)!)!;
        fast.LoadWeights(Goldens.Weights(name), naming);
        strict.LoadWeights(Goldens.Weights(name), naming);
        var oracle = new NetworkOracle(fast, calibrate: false);
        int image = channels * height * width;
        double[] exact = [.. Enumerable.Range(0, x.Length / image).SelectMany(n => oracle.Run(x.AsSpan(n * image, image), channels, height, width))];
        double fastError = Error(fast, x, exact, height, width), strictError = Error(strict, x, exact, height, width);
        log.WriteLine($"| {name} | {fastError:e1} | {strictError:e1} |");
        Assert.True(fastError <= FastBound, $"{name}, Fast: {fastError:e2}");
        Assert.True(strictError <= StrictBound, $"{name}, Strict: {strictError:e2}");
    }

    [Fact]
    public void SE_ResNet_50()
    {
        const string Attributes = """
            [SENetwork(3, Height = 224, Width = 224, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0, InferenceOnly = true)]
            [Conv(64, Kernel = 7, Stride = 2), BatchNorm, ReLU, MaxPool(3, Stride = 2, Padding = 1)]
            [SEResidual(256, Blocks = 3, Body = ResidualBody.Bottleneck), SEResidual(512, Blocks = 4, Stride = 2, Body = ResidualBody.Bottleneck)]
            [SEResidual(1024, Blocks = 6, Stride = 2, Body = ResidualBody.Bottleneck), SEResidual(2048, Blocks = 3, Stride = 2, Body = ResidualBody.Bottleneck)]
            [GlobalAveragePool, Linear(1000)]
            """;
        IModule fast = ModuleCompiler.CreateDeclared([Attributes])[0], strict = ModuleCompiler.CreateDeclared([Attributes], "Strict")[0];
        float[] x = RandomTensor.Normal(3 * 224 * 224, 1);
        double[] exact = new NetworkOracle(fast, calibrate: true).Run(x, 3, 224, 224);
        foreach (Parameter parameter in fast.Parameters)
            parameter.Values.CopyTo(strict.Parameters[parameter.Name].Write());

        double fastError = Error(fast, x, exact, 224, 224), strictError = Error(strict, x, exact, 224, 224);
        log.WriteLine($"| SE-ResNet-50, 3 x 224 x 224 | {fastError:e1} | {strictError:e1} |");
        Assert.True(fastError <= DeepBound && strictError <= DeepBound, $"Fast {fastError:e2}, Strict {strictError:e2}");
    }

    private static double Error(IModule module, float[] x, double[] exact, int height, int width)
    {
        float[] y = new float[exact.Length];
        module.Forward(x, y, height, width);
        return exact.Zip(y, (e, v) => Math.Abs(e - v)).Max() / exact.Max(Math.Abs);
    }
}
