using Xunit.Abstractions;
using Xunit.Sdk;

namespace SeGen.Tests.Support;

/// <summary>
/// The cases that PyTorch computed. They lie in SeGen.Tests/Goldens; those that are too large for the repository lie in the folder that
/// SEGEN_GOLDENS names, or in shared/goldens beside the repository.
/// </summary>
internal static class Goldens
{
    public const string Variable = "SEGEN_GOLDENS", CaseEnding = ".case.safetensors", WeightsEnding = ".weights.safetensors";

    /// <summary>Where the repository has its own.</summary>
    public static string Own { get; } = Repository.PathOf("SeGen.Tests", "Goldens");

    /// <summary>The folder that the environment names, or null.</summary>
    public static string? Named { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : null;

    /// <summary>The folders that are there, in the order in which a case is looked for.</summary>
    public static IReadOnlyList<string> Folders { get; } =
        [.. new[] { Own, Named, Repository.PathOf("..", "shared", "goldens") }.OfType<string>().Where(Directory.Exists)];

    public static string Weights(string name) => FileOf(name, WeightsEnding);

    public static string Case(string name) => FileOf(name, CaseEnding);

    /// <summary>Why a case cannot be judged, or null where it can.</summary>
    public static string? Missing(string name) => FolderOf(name) is null
        ? $"The golden case {name} is not there: SeGen.Tests/Goldens/make_goldens.py --large makes it, and it may lie in the folder that "
            + $"{Variable} names or in shared/goldens beside the repository."
        : null;

    private static string FileOf(string name, string ending)
        => Path.Combine(FolderOf(name) ?? throw new FileNotFoundException(Missing(name)), name + ending);

    private static string? FolderOf(string name)
        => Folders.FirstOrDefault(f => File.Exists(Path.Combine(f, name + CaseEnding)));
}

/// <summary>A theory over golden cases, whose names begin its rows; a row whose case is not there is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("SeGen.Tests.Support.GoldenTheoryDiscoverer", "SeGen.Tests")]
public sealed class GoldenTheoryAttribute : TheoryAttribute;

/// <summary>Makes the rows of a <see cref="GoldenTheoryAttribute"/> into test cases.</summary>
/// <param name="log">Where xunit wants to be told what is odd.</param>
public sealed class GoldenTheoryDiscoverer(IMessageSink log) : TheoryDiscoverer(log)
{
    /// <inheritdoc/>
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForDataRow(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute, object[] dataRow)
        => Goldens.Missing((string)dataRow[0]) is { } reason
            ? CreateTestCasesForSkippedDataRow(discoveryOptions, testMethod, theoryAttribute, dataRow, reason)
            : base.CreateTestCasesForDataRow(discoveryOptions, testMethod, theoryAttribute, dataRow);
}
