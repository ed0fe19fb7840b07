using System.Globalization;
using System.Text.RegularExpressions;
using SeGen.Sample.Models;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;

namespace SeGen.Tests.Sample;

/// <summary>The sample's commands, as a user runs them.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Models_lists_the_architectures()
    {
        (int exitCode, string output) = Run("models");
        Assert.Equal(0, exitCode);
        Assert.Contains("SEResNet50", output, StringComparison.Ordinal);
        Assert.Contains("28,088,024", output, StringComparison.Ordinal);
        Assert.Contains("4,091,699,200", output, StringComparison.Ordinal);
        Assert.Contains($"{SEResNet50.WorkspaceBytes:N0}", output, StringComparison.Ordinal);
        Assert.Equal(11, Regex.Count(output, @"│ \w+ +│ \d+ x \d+ +│"));
    }

    [Theory]
    [InlineData(Naming.TorchVision, "P6\n# a comment\n5 4\n255\n", 3)]
    [InlineData(Naming.SeGen, "P5 5 4 255\n", 1)]
    public void Predict_names_the_likeliest_classes_of_an_image(Naming naming, string header, int channels)
    {
        // One colour everywhere, so that scaling changes nothing.
        byte[] colour = channels == 3 ? [200, 30, 90] : [120];
        byte[] image = [.. System.Text.Encoding.ASCII.GetBytes(header), .. Enumerable.Range(0, 20).SelectMany(_ => colour)];
        var network = new MobileNetV3Small();
        string weights = _folder.File("weights.safetensors");
        network.SaveWeights(weights, naming);

        (int exitCode, string output) = Run("predict", "--checkpoint", weights, "--model", "mobilenetv3small", "--image", _folder.File("image.ppm", image));
        Assert.True(exitCode == 0, output);
        Assert.Contains($"Naming.{naming}", output, StringComparison.Ordinal);
        Assert.Contains("features.1", output, StringComparison.Ordinal);
        foreach ((int index, double probability) in Likeliest(network, colour))
            Assert.Matches($@"│ +{index} │ +{Regex.Escape(probability.ToString("P2", CultureInfo.InvariantCulture))} │", output);

        string[] gates = [.. Regex.Matches(output, @"^  (\d\.\d{3})  (\S+)$", RegexOptions.Multiline).Select(m => m.Groups[1].Value)];
        Assert.Equal(5, gates.Length);
        Assert.Equal(gates.Order(StringComparer.Ordinal), gates);
    }

    [Fact]
    public void Predict_says_what_is_wrong()
    {
        string weights = _folder.File("weights.safetensors"), image = _folder.File("image.pgm", [.. "P5 5 4 255\n"u8, .. new byte[19]]);
        new SEResNet20().SaveWeights(weights);
        AssertRefused("There is no model \"ResNet\"", "--checkpoint", weights, "--model", "ResNet", "--image", image);
        AssertRefused("5 x 4 pixels need 20 bytes; the file has 19", "--checkpoint", weights, "--model", "SEResNet20", "--image", image);
        AssertRefused("does not begin with P5 or P6", "--checkpoint", weights, "--model", "SEResNet20", "--image", weights);
        AssertRefused("missing", "--checkpoint", weights, "--model", "MobileNetV3Small", "--image", image);
        AssertRefused("no.safetensors", "--checkpoint", _folder.File("no.safetensors"), "--model", "SEResNet20", "--image", image);
    }

    private static IEnumerable<(int Index, double Probability)> Likeliest(MobileNetV3Small network, byte[] colour)
    {
        float[] mean = [0.485f, 0.456f, 0.406f], deviation = [0.229f, 0.224f, 0.225f], logits = new float[MobileNetV3Small.OutputLength];
        float[] x = [.. Enumerable.Range(0, 3).SelectMany(c => Enumerable.Repeat((colour[colour.Length == 1 ? 0 : c] / 255f - mean[c]) / deviation[c], 224 * 224))];
        network.Forward(x, logits);
        double sum = logits.Sum(v => Math.Exp(v));
        return logits.Index().OrderByDescending(v => v.Item).Take(5).Select(v => (v.Index, Math.Exp(v.Item) / sum));
    }

    private static void AssertRefused(string message, params string[] arguments)
    {
        (int exitCode, string output) = Run(["predict", .. arguments]);
        Assert.Equal(1, exitCode);

        // Long lines are broken where the terminal ends.
        Assert.Contains(Regex.Replace(message, @"\s", ""), Regex.Replace(output, @"\s", ""), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    /// <summary>On a machine that has a driver too: another library is named, which is not there.</summary>
    [Theory]
    [InlineData(0, "On the CPU: No NVIDIA driver is installed: libnone.so was not found.", "--gpu")]
    [InlineData(0, "On the CPU: No NVIDIA driver is installed: libnone.so was not found.", "--gpu", "auto")]
    [InlineData(0, "On the CPU: as GpuPolicy.Off says.", "--gpu", "off")]
    [InlineData(1, "No NVIDIA driver is installed: libnone.so was not found.", "--gpu", "require")]
    [InlineData(1, "--gpu is one of Auto, Require, Off, not 'always'.", "--gpu", "always")]
    [InlineData(0, "On the CPU: No NVIDIA driver is installed: libnone.so was not found.", "train", "--gpu", "--images", "64", "--epochs", "1")]
    [InlineData(1, "No NVIDIA driver is installed: libnone.so was not found.", "train", "--gpu", "require")]
    public void Without_a_gpu_the_sample_says_why_in_one_sentence(int expected, string sentence, params string[] arguments)
    {
        string program = typeof(SEResNet20).Assembly.Location;
        (int exitCode, string output) = Tool.TryRun(Path.GetDirectoryName(program)!, new() { ["SEGEN_CUDA_LIBRARY"] = "libnone.so" }, "dotnet", [program, .. arguments]);
        Assert.True(exitCode == expected, output);
        Assert.Contains(sentence, output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private static (int ExitCode, string Output) Run(params string[] arguments)
    {
        string program = typeof(SEResNet20).Assembly.Location;
        return Tool.TryRun(Path.GetDirectoryName(program)!, [], "dotnet", [program, .. arguments]);
    }
}
