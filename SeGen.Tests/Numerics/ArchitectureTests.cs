using System.Reflection;
using System.Text.RegularExpressions;
using SeGen.Sample.Models;
using SeGen.Tests.Generator;
using SeGen.Tests.Numerics.Oracle;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>The architectures of the sample: their counts, and what they compute on small images.</summary>
public class ArchitectureTests
{
    private const double Tolerance = 5e-5;

    [Theory]
    [InlineData(typeof(SEResNet18), 11_779_624, 1_814_161_408)]
    [InlineData(typeof(SEResNet34), 21_960_416, 3_663_920_128)]
    [InlineData(typeof(SEResNet50), 28_088_024, 4_091_699_200)]
    [InlineData(typeof(SEResNet101), 49_326_872, 7_806_148_608)]
    [InlineData(typeof(SEResNet152), 66_821_848, 11_520_204_800)]
    [InlineData(typeof(SEResNeXt50), 27_559_896, 4_232_994_816)]
    public void Counts_are_those_of_timm(Type type, long parameters, long multiplyAdds)
    {
        Assert.Equal(parameters, Constant(type, "ParameterCount"));
        Assert.Equal(multiplyAdds, Constant(type, "MultiplyAdds"));
    }

    [Theory]
    [InlineData(typeof(MobileNetV3Large), 5_483_032, 0.2166)]
    [InlineData(typeof(MobileNetV3Small), 2_542_856, 0.0565)]
    [InlineData(typeof(EfficientNetB0), 5_288_548, 0.3858)]
    [InlineData(typeof(RegNetY400MF), 4_344_144, 0.4018)]
    [InlineData(typeof(SEResNet20), 274_490, 0.0408)]
    public void Counts_are_those_that_are_published(Type type, long parameters, double billions)
    {
        Assert.Equal(parameters, Constant(type, "ParameterCount"));
        Assert.Equal(billions, Math.Round(Constant(type, "MultiplyAdds") / 1e9, 4));
    }

    [Theory]
    [InlineData("SEResNet18.cs", "SEResNet18", "HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0", "Bias = SEBias.None", 11_776_552)]
    [InlineData("SEResNets.cs", "SEResNet34", "HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0", "Bias = SEBias.None", 21_954_856)]
    [InlineData("SEResNets.cs", "SEResNet50", "HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0", "Bias = SEBias.None", 28_071_976)]
    [InlineData("SEResNets.cs", "SEResNet101", "HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0", "Bias = SEBias.None", 49_292_328)]
    [InlineData("SEResNets.cs", "SEResNet152", "HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0", "Bias = SEBias.None", 66_770_984)]
    [InlineData("SEResNet20.cs", "SEResNet20", "Bias = SEBias.None", "Bias = SEBias.None, Reduction = 8", 276_506)]
    [InlineData("SEResNet20.cs", "SEResNet20", "Bias = SEBias.None", "Bias = SEBias.None, Reduction = 4", 280_538)]
    public void Counts_of_other_gates_are_right_too(string file, string name, string from, string to, long parameters)
    {
        GeneratorResult result = GeneratorHarness.Run(Only(Source(file), name).Replace(from, to, StringComparison.Ordinal));
        string text = result.Sources.Single(s => s.HintName == $"SeGen.Sample.Models.{name}.g.cs").SourceText.ToString();
        Assert.Equal(parameters, long.Parse(Regex.Match(text, @"ParameterCount = (\d+);").Groups[1].Value));
    }

    [Fact]
    public void The_stride_in_the_first_1x1_costs_what_the_original_did()
    {
        string source = Only(Source("SEResNets.cs"), "SEResNet50").Replace("ResidualBody.Bottleneck", "ResidualBody.BottleneckStrideIn1x1", StringComparison.Ordinal);
        GeneratorResult result = GeneratorHarness.Run(source);
        Assert.Contains("MultiplyAdds = 3860488192;", result.Sources.Single(s => s.HintName.EndsWith("SEResNet50.g.cs", StringComparison.Ordinal)).SourceText.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SEResNet18.cs")]
    [InlineData("SEResNets.cs")]
    [InlineData("MobileNetV3.cs")]
    [InlineData("EfficientNetB0.cs")]
    [InlineData("RegNetY400MF.cs")]
    [InlineData("SEResNet20.cs")]
    public void Every_architecture_agrees_with_the_oracle_on_small_images(string file)
    {
        const int Height = 64, Width = 48;
        string small = Regex.Replace(Source(file), @"Height = \d+, Width = \d+", $"Height = {Height}, Width = {Width}");
        foreach (Type type in ModuleCompiler.Compile(small).GetTypes().Where(t => typeof(IModule).IsAssignableFrom(t)).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            var module = (IModule)Activator.CreateInstance(type)!;
            float[] x = RandomTensor.Normal(3 * Height * Width, 3), y = new float[Constant(type, "OutputChannels")];
            double[] expected = new NetworkOracle(module, calibrate: true).Run(x, 3, Height, Width);
            foreach (int threads in new[] { 1, 3 })
            {
                module.Threads = threads;
                module.Forward(x, y);
                Close.AssertEqual(expected, y, Tolerance, $"{type.Name}'s output");
            }
        }
    }

    private static long Constant(Type type, string name)
        => Convert.ToInt64(type.GetField(name, BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture);

    private static string Source(string file) => File.ReadAllText(Path.Combine(Repository.Root, "SeGen.Sample", "Models", file));

    /// <summary>One class of a file.</summary>
    private static string Only(string source, string name)
    {
        string[] parts = source.Split("\n\n");
        return parts[0] + "\n\n" + parts.Single(p => p.Contains($"class {name};", StringComparison.Ordinal));
    }
}
