namespace SeGen.Benchmarks.Startup;

/// <summary>A form in which a program is published.</summary>
/// <param name="Name">As the table and the project call it.</param>
/// <param name="Needs">What must be there beside it.</param>
internal sealed record StartupForm(string Name, string Needs)
{
    public static IReadOnlyList<StartupForm> All { get; } =
    [
        new("JIT", ".NET 10"),
        new("ReadyToRun", ".NET 10"),
        new("NativeAOT", "nothing"),
    ];

    /// <summary>Publishes the program and returns its executable.</summary>
    public string Publish(string project, string folder)
    {
        string to = Path.Combine(folder, $"startup-{Name}");
        ChildProcess.Run("dotnet", "publish", project, "-c", "Release", "-o", to, "--nologo", "-v", "quiet", "--artifacts-path", Path.Combine(folder, $"startup-{Name}-build"), $"-p:StartupForm={Name}");
        return Path.Combine(to, Path.GetFileNameWithoutExtension(project));
    }
}
