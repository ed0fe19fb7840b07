using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Tests.Generator;

namespace SeGen.Tests.Support;

/// <summary>Compiles declarations with the generator, in memory, and makes their modules: for tests over many shapes.</summary>
internal static class ModuleCompiler
{
    /// <summary>A module for each attribute's arguments, in their order; anything that the compiler complains about is a failure.</summary>
    public static IReadOnlyList<IModule> Create(IEnumerable<string> arguments)
    {
        string[] declarations = [.. arguments.Select((text, i) => $"[SEBlock({text})] public partial class M{i};")];
        CSharpCompilation input = GeneratorHarness.Compile([string.Join('\n', declarations)]).WithAssemblyName("Compiled" + Guid.NewGuid().ToString("n"));
        GeneratorHarness.NewDriver().RunGeneratorsAndUpdateCompilation(input, out Compilation output, out _);
        using var image = new MemoryStream();
        Diagnostic[] complaints = [.. output.Emit(image).Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning)];
        Assert.True(complaints.Length == 0, string.Join('\n', complaints.Take(10)));

        image.Position = 0;
        Assembly assembly = AssemblyLoadContext.Default.LoadFromStream(image);
        return [.. declarations.Select((_, i) => (IModule)Activator.CreateInstance(assembly.GetType($"M{i}")!)!)];
    }
}
