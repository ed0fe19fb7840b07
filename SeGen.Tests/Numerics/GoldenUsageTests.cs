using System.Reflection;
using SeGen.Tests.Support;
using SeGen.Tests.Training;

namespace SeGen.Tests.Numerics;

/// <summary>Every golden case is some test's, for one that nobody reads proves nothing; only large ones may be missing.</summary>
[Trait("Category", "Golden")]
public class GoldenUsageTests
{
    private const int LargestFile = 1_000_000;

    /// <summary>Cases with a file that is larger: they alone may be missing.</summary>
    private static readonly string[] Large = ["net-seresnet18-narrow-eval", "torchvision-mobilenet_v3_small", "torchvision-regnet_y_400mf"];

    private static string[] Used =>
    [
        .. new[] { typeof(GoldenGateTests), typeof(GoldenNetworkTests), typeof(GoldenTrainingTests), typeof(OptimizerTrajectoryTests) }
            .SelectMany(t => t.GetMethods())
            .SelectMany(m => m.GetCustomAttributes<InlineDataAttribute>().SelectMany(d => d.GetData(m)))
            .Select(row => (string)row[0])
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Every_case_is_used()
    {
        foreach (string folder in Goldens.Folders)
            Assert.Empty(Names(folder, Goldens.CaseEnding).Except(Used));
    }

    [Fact]
    public void Every_case_that_is_used_and_is_not_large_is_in_the_repository()
    {
        Assert.Equal(Used.Except(Large), Names(Goldens.Own, Goldens.CaseEnding));
        Assert.Equal(Used.Except(Large), Names(Goldens.Own, Goldens.WeightsEnding));
    }

    [Fact]
    public void No_file_in_the_repository_is_large()
        => Assert.Empty(new DirectoryInfo(Goldens.Own).EnumerateFiles().Where(f => f.Length > LargestFile).Select(f => f.Name));

    [Fact]
    public void A_folder_that_is_named_is_there()
        => Assert.True(Directory.Exists(Goldens.Named ?? Goldens.Own), $"{Goldens.Variable} names {Goldens.Named}, which is not there.");

    private static IEnumerable<string> Names(string folder, string ending)
        => Directory.EnumerateFiles(folder, "*" + ending).Select(f => Path.GetFileName(f)[..^ending.Length]).Order(StringComparer.Ordinal);
}
