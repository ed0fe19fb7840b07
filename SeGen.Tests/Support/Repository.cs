namespace SeGen.Tests.Support;

/// <summary>Where the sources of this test run lie.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SeGen.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("SeGen.sln is in no folder above the tests.");
    }
}
