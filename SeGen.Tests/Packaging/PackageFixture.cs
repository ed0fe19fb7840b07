using SeGen.Tests.Support;

namespace SeGen.Tests.Packaging;

/// <summary>The package, made once, and a folder outside the repository with a program that uses it.</summary>
public sealed class PackageFixture : IDisposable
{
    public PackageFixture()
    {
        Directory.CreateDirectory(Packages);
        Tool.Run(Repository.Root, "dotnet", "pack", "SeGen.Runtime", "-c", "Release", "-o", Packages, "--nologo", "-v", "quiet");
        File.WriteAllText(Path.Combine(Folder, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="local" value="{Packages}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(Folder, "cache")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{MachinePackages}" /></fallbackPackageFolders>
            </configuration>
            """);
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, ".ci", "consumer")))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
    }

    /// <summary>Outside the repository, so that none of its settings apply.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("segen-consumer-").FullName;

    public string Packages => Path.Combine(Folder, "packages");

    public string Package => Directory.GetFiles(Packages, "SeGen.*.nupkg").Single();

    // What the build under test has restored before: a consumer's own cache stays empty of SeGen, and nothing else is fetched twice.
    private static string MachinePackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
