using System.Reflection;
using SeGen.Tests.Support;
using SeGen.Tests.Training;

namespace SeGen.Tests.Numerics;

/// <summary>Every golden case is some test's: a case that nobody reads proves nothing.</summary>
[Trait("Category", "Golden")]
public class GoldenUsageTests
{
    [GoldenFact]
    public void Every_case_is_used()
    {
        string[] used = [.. new[] { typeof(GoldenGateTests), typeof(GoldenNetworkTests), typeof(GoldenTrainingTests), typeof(OptimizerTrajectoryTests) }
            .SelectMany(t => t.GetMethods())
            .SelectMany(m => m.GetCustomAttributes<InlineDataAttribute>().SelectMany(d => d.GetData(m)))
            .Select(row => (string)row[0])];
        string[] cases = [.. Directory.EnumerateFiles(Goldens.Folder!, "*.case.safetensors").Select(f => Path.GetFileName(f)[..^".case.safetensors".Length])];

        Assert.NotEmpty(cases);
        Assert.Equal(cases.Order(StringComparer.Ordinal), used.Distinct().Order(StringComparer.Ordinal));
    }
}
