using SeGen.Tests.Support;
using System.Text.RegularExpressions;

namespace SeGen.Tests.Packaging;

/// <summary>What the package says to projects that cannot use it, and what the repository's own settings do in a closed network.</summary>
[Trait("Category", "Packaging")]
[Collection(SharedPackage.Name)]
public class ProjectTests(PackageFixture fixture)
{
    private static readonly string[] TooOld = ["ISO-2", "3", "7.3", "8", "8.0", "9.0", "10", "11", "11.0"];
    private static readonly string[] NewEnough = ["", "12", "12.0", "13", "13.0", "14", "latest", "latestMajor", "preview", "default"];

    [Fact]
    public void Other_languages_and_old_versions_of_CSharp_get_one_error_and_a_VB_project_behind_a_CSharp_project_none()
    {
        string folder = fixture.NewFolder("languages");
        const string Reference = "<PackageReference Include=\"SeGen\" Version=\"*\" />";
        Write(folder, "Basic.vbproj", "", Reference);
        // FSharp.Core would have to be fetched, and it does not come to that.
        Write(folder, "Functional.fsproj", "<DisableImplicitFSharpCoreReference>true</DisableImplicitFSharpCoreReference>", Reference);
        Write(folder, "Old.csproj", "<LangVersion>9.0</LangVersion>", Reference);
        Write(folder, "Some.csproj", "", Reference);
        Write(folder, "Behind.vbproj", "", $"<ProjectReference Include=\"{Path.Combine(fixture.Folder, "Consumer.csproj")}\" />");
        File.WriteAllText(Path.Combine(folder, "Behind", "Module.vb"), """
            Public Module M
              Public Function Gate() As SeGen.IGate
                Return New Gates.Fixed(seed:=1)
              End Function
            End Module
            """);
        // The C# project behind is built already, by the fixture.
        const string Built = "Configuration=Release;BuildProjectReferences=false";
        string Project(string name) => Path.Combine(Path.GetFileNameWithoutExtension(name), name);
        string some = Project("Some.csproj");
        string[] names = ["Basic.vbproj", "Functional.fsproj", "Old.csproj", "Some.csproj", "Behind.vbproj"];
        string[] projects = [.. names.Select(Project)];
        IEnumerable<string> tasks = projects
            .Select(p => $"""<MSBuild Projects="{p}" Targets="Restore" Properties="Configuration=Release" />""")
            .Concat(projects.Where(p => !p.StartsWith("Some", StringComparison.Ordinal)).Select(p =>
                $"""<MSBuild Projects="{p}" Targets="Build" Properties="{Built}" ContinueOnError="true" />"""))
            .Concat(TooOld.Concat(NewEnough).Select(v =>
                $"""<MSBuild Projects="{some}" Targets="SeGenCheckLanguage" Properties="LangVersion={v}" ContinueOnError="true" />"""));
        File.WriteAllText(Path.Combine(folder, "all.proj"), $"<Project><Target Name=\"All\">{string.Join('\n', tasks)}</Target></Project>");

        _ = fixture.Program;
        (_, string output) = Tool.TryRun(folder, [], "dotnet", "msbuild", "all.proj", "-nologo", "-v:minimal", "-clp:NoSummary");

        string[] errors = [.. Regex.Matches(output, ": (error .*?) \\[").Select(m => m.Groups[1].Value)];
        string[] expected =
        [
            Language("Basic.vbproj", "VB"),
            Language("Functional.fsproj", "F#"),
            Version("Old.csproj", "9.0"),
            .. TooOld.Select(v => Version("Some.csproj", v)),
        ];
        Assert.Equal(expected, errors);
        Assert.True(File.Exists(Path.Combine(folder, "Behind", "bin", "Release", "net10.0", "Behind.dll")), output);

        static string Language(string project, string language) =>
            $"error SEGEN101: SeGen generates C#, and {project} is written in {language}. Declare the networks in a C# library (.csproj) "
            + "that references the package SeGen, and let this project reference that library instead of the package.";

        static string Version(string project, string version) =>
            $"error SEGEN102: SeGen's generated code needs C# 12 or later, and the LangVersion of {project} is {version}. Take LangVersion "
            + "out of the project or of its Directory.Build.props, or set it to 12 or later.";
    }

    [Fact]
    public void A_restore_that_cannot_ask_for_known_vulnerabilities_says_so_and_goes_on()
    {
        string folder = fixture.NewFolder("audit");
        File.WriteAllText(Path.Combine(folder, "nuget.config"), """
            <configuration>
              <packageSources><clear /><add key="nowhere" value="https://127.0.0.1:1/index.json" /></packageSources>
            </configuration>
            """);
        const string Reference = "<PackageReference Include=\"SeGen\" Version=\"0.1.0\" />";
        Write(folder, "Audited.csproj", "", Reference, $"<Import Project=\"{Repository.PathOf("Directory.Build.props")}\" />");
        _ = fixture.Program;

        var once = new Dictionary<string, string> { ["NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT"] = "1" };
        string output = Tool.Run(folder, once, "dotnet", "restore", "Audited");
        Assert.Contains("warning NU1900", output, StringComparison.Ordinal);
    }

    private static void Write(string folder, string project, string properties, string items, string imports = "")
    {
        string own = Directory.CreateDirectory(Path.Combine(folder, Path.GetFileNameWithoutExtension(project))).FullName;
        File.WriteAllText(Path.Combine(own, project), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              {imports}
              <PropertyGroup><TargetFramework>net10.0</TargetFramework>{properties}</PropertyGroup>
              <ItemGroup>{items}</ItemGroup>
            </Project>
            """);
    }
}
