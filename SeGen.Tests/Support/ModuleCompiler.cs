using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Tests.Generator;

namespace SeGen.Tests.Support;

/// <summary>Compiles declarations with the generator, in memory, and makes their modules: for tests over many shapes.</summary>
internal static class ModuleCompiler
{
    /// <summary>A gate for each attribute's arguments, in their order; anything that the compiler complains about is a failure.</summary>
    public static IReadOnlyList<IModule> Create(IEnumerable<string> arguments) => CreateDeclared(arguments.Select(text => $"[SEBlock({text})]"));

    /// <summary>A module for each declaration's attributes, in their order.</summary>
    public static IReadOnlyList<IModule> CreateDeclared(IEnumerable<string> attributes)
    {
        string[] declarations = [.. attributes.Select((text, i) => $"{text} public partial class M{i};")];
        Assembly assembly = Compile(string.Join('\n', declarations));
        return [.. declarations.Select((_, i) => (IModule)Activator.CreateInstance(assembly.GetType($"M{i}")!)!)];
    }

    /// <summary>The compiled source.</summary>
    public static Assembly Compile(string source)
    {
        CSharpCompilation input = GeneratorHarness.Compile([source]).WithAssemblyName("Compiled" + Guid.NewGuid().ToString("n"));
        GeneratorResult result = GeneratorHarness.Run(input);
        using var image = new MemoryStream();
        Diagnostic[] complaints =
        [
            .. result.Reported.Where(d => d.Severity == DiagnosticSeverity.Error),
            .. result.Output.Emit(image).Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning),
        ];
        Assert.True(complaints.Length == 0, string.Join('\n', complaints.Take(10)));

        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }
}
