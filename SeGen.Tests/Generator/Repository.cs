namespace SeGen.Tests.Generator;

/// <summary>Files of the repository that tests compare with.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution, found upwards from where the tests were built.</summary>
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SeGen.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No SeGen.sln in or above {AppContext.BaseDirectory}.");
    }
}
