namespace SeGen.Tests.Support;

/// <summary>Real images. They are no part of the repository: SEGEN_DATA names their folder, or they lie in shared/data beside it.</summary>
internal static class SharedData
{
    public const string Variable = "SEGEN_DATA";

    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return Directory.Exists(named) ? named : throw new DirectoryNotFoundException($"{Variable} names {named}, which is not there.");

        string beside = Path.Combine(Repository.Root, "..", "shared", "data");
        return Directory.Exists(beside) ? beside : null;
    }
}

/// <summary>A theory over real images, skipped, and saying so, where they are not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataTheoryAttribute : TheoryAttribute
{
    public DataTheoryAttribute()
    {
        if (SharedData.Folder is null)
            Skip = $"The images are not there; {SharedData.Variable} can name their folder.";
    }
}
