using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using SeGen.Tests.Support;

namespace SeGen.Tests.Packaging;

/// <summary>The one NuGet package, as a user gets it.</summary>
[Trait("Category", "Packaging")]
[Collection(SharedPackage.Name)]
public class PackageTests(PackageFixture fixture)
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
        // NuGet imports the first in projects that reference the package themselves, the second in all that reach it.
        Assert.Equal(["build/SeGen.props"], files.Where(f => f.StartsWith("build/", StringComparison.Ordinal)));
        Assert.Equal(["buildTransitive/SeGen.targets"], files.Where(f => f.StartsWith("buildTransitive/", StringComparison.Ordinal)));
        Assert.Contains("README.md", files);
        Assert.Contains("icon.png", files);
        Assert.DoesNotContain(files, f => f.StartsWith("runtimes/", StringComparison.Ordinal));
        Assert.Equal(4, files.Count(f => f.EndsWith(".dll", StringComparison.Ordinal)));
    }

    [Fact]
    public void It_depends_on_System_Numerics_Tensors_alone()
    {
        string[] dependencies = [.. Manifest().Split('\n').Where(l => l.Contains("<dependency ", StringComparison.Ordinal))];
        Assert.NotEmpty(dependencies);
        Assert.All(dependencies, d => Assert.Contains("System.Numerics.Tensors", d, StringComparison.Ordinal));
    }

    [Fact]
    public void It_says_where_it_comes_from_and_what_is_new()
    {
        string manifest = Manifest();
        string newest = File.ReadLines(Repository.PathOf("CHANGELOG.md")).First(l => l.StartsWith("## ", StringComparison.Ordinal));
        Assert.Contains("<icon>icon.png</icon>", manifest, StringComparison.Ordinal);
        Assert.Contains("<projectUrl>https://", manifest, StringComparison.Ordinal);
        Assert.Contains("<repository type=\"git\" url=\"https://", manifest, StringComparison.Ordinal);
        Assert.Contains($"<releaseNotes>{newest[3..]}\n", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public void No_link_of_its_README_is_relative()
    {
        string readme = Encoding.UTF8.GetString(Read(fixture.Package, "README.md"));
        string[] links = [.. Regex.Matches(readme, @"\]\(([^)]*)\)|(?:src|href)=""([^""]*)""")
            .Select(m => m.Groups[1].Value + m.Groups[2].Value)];
        Assert.Contains(links, l => l.EndsWith("/docs/aot.md", StringComparison.Ordinal));
        Assert.All(links, l => Assert.StartsWith("https://", l, StringComparison.Ordinal));

        // Otherwise it is the repository's, word for word.
        string[] texts = [readme, File.ReadAllText(Repository.PathOf("README.md"))];
        Assert.Single(texts.Select(t => Regex.Replace(t, @"\]\([^)]*\)", "]()").TrimEnd()).Distinct());
    }

    [Fact]
    public void Its_assemblies_and_symbols_do_not_say_in_which_folder_they_were_built()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = [Repository.Root + Path.DirectorySeparatorChar, home + Path.DirectorySeparatorChar];
        int documents = 0;
        foreach (string archive in new[] { fixture.Package, fixture.Symbols })
        {
            using ZipArchive package = ZipFile.OpenRead(archive);
            foreach (string file in package.Entries.Select(e => e.FullName).Where(f => Path.GetExtension(f) is ".dll" or ".pdb"))
            {
                byte[] content = Read(archive, file);
                foreach (byte[] text in folders.SelectMany(f => new[] { Encoding.UTF8.GetBytes(f), Encoding.Unicode.GetBytes(f) }))
                    Assert.True(content.AsSpan().IndexOf(text) < 0, $"{file} has a path of this machine in it");

                // Symbols hold a path in parts, so they are asked for it.
                foreach (string document in Documents(file, content))
                {
                    Assert.StartsWith("/_/", document, StringComparison.Ordinal);
                    documents++;
                }
            }
        }

        Assert.True(documents > 100, $"The symbols name {documents} sources.");
    }

    [Fact]
    public void A_program_outside_the_repository_builds_without_warnings_and_computes_the_same_bits_at_the_same_vector_width()
    {
        string program = fixture.Program;
        string first = Tool.Run(fixture.Folder, "dotnet", program);
        string again = Tool.Run(fixture.Folder, new Dictionary<string, string> { ["SEGEN_THREADS"] = "1" }, "dotnet", program);
        Assert.Contains("hash ", first, StringComparison.Ordinal);
        Assert.Equal(first, again);

        var many = new Dictionary<string, string> { ["SEGEN_THREADS"] = "many" };
        (int exitCode, string output) = Tool.TryRun(fixture.Folder, many, "dotnet", program);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("SEGEN_THREADS is \"many\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_build_writes_out_among_a_programs_files_the_next_one_does_not_compile()
    {
        _ = fixture.Program;
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(fixture.Folder, "Generated"), "*.g.cs", SearchOption.AllDirectories));
        fixture.Build();
    }

    private string Manifest() => Encoding.UTF8.GetString(Read(fixture.Package, "SeGen.nuspec"));

    private static byte[] Read(string archive, string file)
    {
        using ZipArchive package = ZipFile.OpenRead(archive);
        using Stream entry = package.GetEntry(file)!.Open();
        using var content = new MemoryStream();
        entry.CopyTo(content);
        return content.ToArray();
    }

    private static string[] Documents(string file, byte[] content)
    {
        using MetadataReaderProvider? symbols = Symbols(file, content);
        MetadataReader? reader = symbols?.GetMetadataReader();
        return reader is null ? [] : [.. reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name))];
    }

    private static MetadataReaderProvider? Symbols(string file, byte[] content)
    {
        if (file.EndsWith(".pdb", StringComparison.Ordinal))
            return MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(content));

        using var assembly = new PEReader(new MemoryStream(content));
        DebugDirectoryEntry embedded = assembly.ReadDebugDirectory()
            .FirstOrDefault(e => e.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        return embedded.DataSize == 0 ? null : assembly.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
    }
}
