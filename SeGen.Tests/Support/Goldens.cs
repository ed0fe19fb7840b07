namespace SeGen.Tests.Support;

/// <summary>
/// The cases that PyTorch computed. They are no part of the repository: SEGEN_GOLDENS names their folder, or they lie in
/// shared/goldens beside it.
/// </summary>
internal static class Goldens
{
    public const string Variable = "SEGEN_GOLDENS";

    public static string? Folder { get; } = Find();

    public static string Weights(string name) => Path.Combine(Folder!, $"{name}.weights.safetensors");

    public static string Case(string name) => Path.Combine(Folder!, $"{name}.case.safetensors");

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return Directory.Exists(named) ? named : throw new DirectoryNotFoundException($"{Variable} names {named}, which is not there.");

        string beside = Path.Combine(Repository.Root, "..", "shared", "goldens");
        return Directory.Exists(beside) ? beside : null;
    }
}

/// <summary>A fact about golden cases, skipped, and saying so, where they are not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenFactAttribute : FactAttribute
{
    public GoldenFactAttribute()
    {
        if (Goldens.Folder is null)
            Skip = $"The golden cases are not there; {Goldens.Variable} can name their folder.";
    }
}

/// <summary>A theory over golden cases, skipped, and saying so, where they are not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenTheoryAttribute : TheoryAttribute
{
    public GoldenTheoryAttribute()
    {
        if (Goldens.Folder is null)
            Skip = $"The golden cases are not there; {Goldens.Variable} can name their folder.";
    }
}
