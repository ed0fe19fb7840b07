using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator;

namespace SeGen.Tests.Support;

/// <summary>Compiles declarations with the generator, in memory, and makes their modules: for tests over many shapes.</summary>
internal static class ModuleCompiler
{
    private static readonly MetadataReference[] References = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>The compiler's errors and warnings for a source text with declarations, and the assembly where there are none.</summary>
    public static (IReadOnlyList<Diagnostic> Diagnostics, Assembly? Assembly) Compile(string source)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp12);
        Compilation compilation = CSharpCompilation.Create(
            "Compiled" + Guid.NewGuid().ToString("n"), [CSharpSyntaxTree.ParseText("using SeGen;\n" + source, options)], References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        CSharpGeneratorDriver.Create([new SeGenGenerator().AsSourceGenerator()], parseOptions: options)
            .RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _);

        using var image = new MemoryStream();
        Diagnostic[] diagnostics = [.. compilation.Emit(image).Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning)];
        if (diagnostics.Length > 0)
            return (diagnostics, null);

        image.Position = 0;
        return ([], AssemblyLoadContext.Default.LoadFromStream(image));
    }

    /// <summary>A module for each attribute's arguments, in their order.</summary>
    public static IReadOnlyList<IModule> Create(IEnumerable<string> arguments)
    {
        string[] declarations = [.. arguments.Select((text, i) => $"[SEBlock({text})] public partial class M{i};")];
        (IReadOnlyList<Diagnostic> diagnostics, Assembly? assembly) = Compile(string.Join('\n', declarations));
        Assert.True(assembly is not null, string.Join('\n', diagnostics));
        return [.. declarations.Select((_, i) => (IModule)Activator.CreateInstance(assembly.GetType($"M{i}")!)!)];
    }
}
