using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator;
using SeGen.Sample;
using Spectre.Console;

namespace SeGen.Benchmarks.GeneratorTime;

/// <summary>What each architecture of the sample costs a build of its own: generating it, compiling what was generated, and how much that is.</summary>
internal static class ArchitectureBuild
{
    private const int Repetitions = 7;
    private const string Kernels = "SeGen.Kernels.";

    /// <param name="models">The folder with the architectures' sources.</param>
    public static void Run(DirectoryInfo models)
    {
        string[] columns = ["network", "generating, ms", "compiling, s", "own lines", "kernels", "their lines", "workspace bytes"];
        var table = new Table().Border(TableBorder.Markdown).AddColumns(columns);
        CSharpCompilation[] compilations = [.. Architectures.All.Select(a => Compilation(models, a.Name))];

        // The JIT's own time is nobody's: the compiler server of a second build has spent it.
        Compile(Generate(compilations[0]).Output);
        foreach ((Architecture architecture, CSharpCompilation compilation) in Architectures.All.Zip(compilations))
        {
            (double milliseconds, Compilation output, GeneratorRunResult run) = Generate(compilation);
            ILookup<bool, int> lines = run.GeneratedSources.ToLookup(s => s.HintName.StartsWith(Kernels, StringComparison.Ordinal), s => s.SourceText.Lines.Count);
            table.AddRow(
                architecture.Name, Text(milliseconds, "f0"), Text(Compile(output), "f1"), Text(lines[false].Sum(), "n0"), Text(lines[true].Count(), "n0"),
                Text(lines[true].Sum(), "n0"), Text(architecture.WorkspaceBytes, "n0"));
        }

        // To be pasted, not to be broken into lines.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 160);
        AnsiConsole.Write(table);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static CSharpCompilation Compilation(DirectoryInfo models, string name)
    {
        foreach (FileInfo file in models.EnumerateFiles("*.cs"))
        {
            // Namespace first, then one class after the other, apart by empty lines.
            string[] parts = File.ReadAllText(file.FullName).Split("\n\n");
            if (parts.FirstOrDefault(p => p.Contains($"partial class {name};", StringComparison.Ordinal)) is { } declaration)
                return Compilation($"using SeGen;\n{parts[0]}\n{declaration}");
        }

        throw new InvalidOperationException($"No file of {models.FullName} declares {name}; --models names the folder of the sample's architectures.");
    }

    private static CSharpCompilation Compilation(string source)
    {
        string platform = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<string> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetDirectoryName(p) == platform || Path.GetFileNameWithoutExtension(p) is "SeGen.Runtime" or "System.Numerics.Tensors");
        return CSharpCompilation.Create(
            "Measured", [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.CSharp12))],
            references.Select(p => MetadataReference.CreateFromFile(p)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
    }

    private static (double Milliseconds, Compilation Output, GeneratorRunResult Run) Generate(CSharpCompilation compilation)
    {
        var times = new List<double>();
        while (true)
        {
            GeneratorDriver driver = CSharpGeneratorDriver.Create([new SeGenGenerator().AsSourceGenerator()], parseOptions: new CSharpParseOptions(LanguageVersion.CSharp12));
            long start = Stopwatch.GetTimestamp();
            driver = driver.RunGenerators(compilation);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (times.Count < Repetitions)
                continue;

            GeneratorRunResult run = driver.GetRunResult().Results.Single();
            return (Peers.Statistics.Median(times), compilation.AddSyntaxTrees(driver.GetRunResult().GeneratedTrees), run);
        }
    }

    private static double Compile(Compilation compilation)
    {
        using var image = new MemoryStream();
        long start = Stopwatch.GetTimestamp();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(image);
        return result.Success
            ? Stopwatch.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException($"What was generated does not compile: {result.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error)}");
    }
}
