using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using SeGen.Generator;

namespace SeGen.Tests.Generator;

/// <summary>Runs the generator and the analyzer as a compiler would: on source text, against the runtime that the tests run on.</summary>
internal static class GeneratorHarness
{
    /// <summary>The oldest language that generated code is promised to compile in; comments are checked too.</summary>
    public static readonly CSharpParseOptions CSharp12 = new(LanguageVersion.CSharp12, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(IsReferenced)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Each file begins with <c>using SeGen;</c> and has no other using than its own.</summary>
    public static GeneratorResult Run(params string[] files) => Run(Compile(files));

    /// <summary>Runs the generator, then the analyzer on what the compiler would then see.</summary>
    /// <param name="input">The user's code.</param>
    /// <param name="convolutions">What the build property SeGenConvolutions says, where it is there.</param>
    public static GeneratorResult Run(CSharpCompilation input, string? convolutions = null)
    {
        GeneratorDriver driver = NewDriver(convolutions).RunGeneratorsAndUpdateCompilation(input, out Compilation output, out _);
        ImmutableArray<Diagnostic> found = output
            .WithAnalyzers([new SeGenAnalyzer()])
            .GetAnalyzerDiagnosticsAsync()
            .GetAwaiter().GetResult();

        // In the order of the source: analyzers run concurrently.
        return new GeneratorResult(
            driver.GetRunResult().Results.Single(),
            [.. found.OrderBy(d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(d => d.Location.SourceSpan)],
            (CSharpCompilation)output);
    }

    public static GeneratorDriver NewDriver(string? convolutions = null) => CSharpGeneratorDriver.Create(
        [new SeGenGenerator().AsSourceGenerator()],
        parseOptions: CSharp12,
        optionsProvider: convolutions is null ? null : new BuildProperties(new() { ["build_property.SeGenConvolutions"] = convolutions }),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public static CSharpCompilation Compile(IReadOnlyList<string> files, NullableContextOptions nullable = NullableContextOptions.Enable)
        => CSharpCompilation.Create(
            "UserCode",
            files.Select((text, i) => Parse(text, $"File{i}.cs")),
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: nullable));

    /// <summary>A file of the user's; file-local types need a path.</summary>
    public static SyntaxTree Parse(string text, string path = "File0.cs")
        => CSharpSyntaxTree.ParseText(SourceText.From(MarkedSource.Using + text, System.Text.Encoding.UTF8), CSharp12, path);

    // The platform, and of the tests' own assemblies only what a user has.
    private static bool IsReferenced(string path)
        => Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location)
            || Path.GetFileNameWithoutExtension(path) is "SeGen.Runtime" or "System.Numerics.Tensors";
}

/// <summary>What came of a run.</summary>
/// <param name="Run">The generator's own account.</param>
/// <param name="Reported">What the analyzer reported, in source order.</param>
/// <param name="Output">The compilation with the generated files.</param>
internal sealed record GeneratorResult(GeneratorRunResult Run, ImmutableArray<Diagnostic> Reported, CSharpCompilation Output)
{
    public ImmutableArray<GeneratedSourceResult> Sources => Run.GeneratedSources;

    /// <summary>The names of the generated files, in order.</summary>
    public IEnumerable<string> HintNames => Sources.Select(s => s.HintName).Order(StringComparer.Ordinal);

    /// <summary>The text of the one generated file.</summary>
    public string Text => Assert.Single(Sources).SourceText.ToString();

    /// <summary>The compiler's errors anywhere, and its warnings in generated files.</summary>
    public IEnumerable<Diagnostic> CompilerComplaints
    {
        get
        {
            HashSet<SyntaxTree> generated = [.. Sources.Select(s => s.SyntaxTree)];
            return Output.GetDiagnostics().Where(
                d => d.Severity == DiagnosticSeverity.Error
                    || (d.Severity != DiagnosticSeverity.Hidden && d.Location.SourceTree is { } tree && generated.Contains(tree)));
        }
    }
}
