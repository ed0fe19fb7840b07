using System.IO.Compression;
using SeGen.Tests.Support;

namespace SeGen.Tests.Packaging;

/// <summary>The one NuGet package, as a user gets it.</summary>
[Trait("Category", "Packaging")]
public class PackageTests(PackageFixture fixture) : IClassFixture<PackageFixture>
{
    [Fact]
    public void It_holds_the_runtime_its_documentation_the_compilers_part_and_nothing_native()
    {
        using ZipArchive package = ZipFile.OpenRead(fixture.Package);
        string[] files = [.. package.Entries.Select(e => e.FullName)];
        foreach (string framework in new[] { "net9.0", "net10.0" })
        {
            Assert.Contains($"lib/{framework}/SeGen.Runtime.dll", files);
            Assert.Contains($"lib/{framework}/SeGen.Runtime.xml", files);
        }

        Assert.Contains("analyzers/dotnet/cs/SeGen.Generator.dll", files);
        Assert.Contains("analyzers/dotnet/cs/SeGen.CodeFixes.dll", files);
        Assert.Contains("build/SeGen.targets", files);
        Assert.Contains("buildTransitive/SeGen.targets", files);
        Assert.Contains("README.md", files);
        Assert.DoesNotContain(files, f => f.StartsWith("runtimes/", StringComparison.Ordinal));
        Assert.Equal(4, files.Count(f => f.EndsWith(".dll", StringComparison.Ordinal)));
    }

    [Fact]
    public void It_depends_on_System_Numerics_Tensors_alone()
    {
        using ZipArchive package = ZipFile.OpenRead(fixture.Package);
        using var reader = new StreamReader(package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
        string[] dependencies = [.. reader.ReadToEnd().Split('\n').Where(l => l.Contains("<dependency ", StringComparison.Ordinal))];
        Assert.NotEmpty(dependencies);
        Assert.All(dependencies, d => Assert.Contains("System.Numerics.Tensors", d, StringComparison.Ordinal));
    }

    [Fact]
    public void A_program_outside_the_repository_builds_without_warnings_and_computes_the_same_bits_at_the_same_vector_width()
    {
        Tool.Run(fixture.Folder, "dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet");
        string program = Path.Combine(fixture.Folder, "bin", "Release", "net10.0", "Consumer.dll");
        string first = Tool.Run(fixture.Folder, "dotnet", program), again = Tool.Run(fixture.Folder, new Dictionary<string, string> { ["SEGEN_THREADS"] = "1" }, "dotnet", program);
        Assert.Contains("hash ", first, StringComparison.Ordinal);
        Assert.Equal(first, again);

        (int exitCode, string output) = Tool.TryRun(fixture.Folder, new Dictionary<string, string> { ["SEGEN_THREADS"] = "many" }, "dotnet", program);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("SEGEN_THREADS is \"many\"", output, StringComparison.Ordinal);
    }
}
