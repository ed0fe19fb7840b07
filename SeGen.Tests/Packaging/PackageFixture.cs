using SeGen.Tests.Support;

namespace SeGen.Tests.Packaging;

/// <summary>The package, made once, and folders outside the repository with projects that use it.</summary>
public sealed class PackageFixture : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("segen-consumer-").FullName;
    private readonly Lazy<string> _program;

    public PackageFixture()
    {
        Directory.CreateDirectory(Packages);
        Tool.Run(Repository.Root, "dotnet", "pack", "SeGen.Runtime", "-c", "Release", "-o", Packages, "--nologo", "-v", "quiet");
        File.WriteAllText(Path.Combine(_root, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="local" value="{Packages}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root, "cache")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{MachinePackages}" /></fallbackPackageFolders>
            </configuration>
            """);
        Directory.CreateDirectory(Folder);
        foreach (string file in Directory.GetFiles(Repository.PathOf(".ci", "consumer")))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        _program = new(() =>
        {
            Build();
            return Path.Combine(Folder, "bin", "Release", "net10.0", "Consumer.dll");
        });
    }

    /// <summary>The program that uses the package; outside the repository, so that none of its settings apply.</summary>
    public string Folder => Path.Combine(_root, "consumer");

    public string Packages => Path.Combine(_root, "packages");

    public string Package => Directory.GetFiles(Packages, "SeGen.*.nupkg").Single();

    public string Symbols => Directory.GetFiles(Packages, "SeGen.*.snupkg").Single();

    /// <summary>The program's assembly, built once.</summary>
    public string Program => _program.Value;

    /// <summary>Builds the program; what is generated for it is written out among its own files.</summary>
    public void Build() => Tool.Run(
        Folder, "dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet",
        "-p:EmitCompilerGeneratedFiles=true", "-p:CompilerGeneratedFilesOutputPath=Generated");

    /// <summary>An empty folder, in which the package is found as in the program's.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    // What the build under test has restored before: a consumer's own cache stays empty of SeGen, and nothing else is fetched twice.
    private static string MachinePackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
