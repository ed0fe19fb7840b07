using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator;
using SeGen.Tests.Generator;

namespace SeGen.Tests.Support;

/// <summary>Compiles declarations with the generator, in memory, and makes their modules: for tests over many shapes.</summary>
internal static class ModuleCompiler
{
    private static readonly ConcurrentDictionary<(string Source, string? Convolutions), Lazy<Assembly>> Loaded = new();

    /// <summary>A gate for each attribute's arguments, in their order; anything that the compiler complains about is a failure.</summary>
    public static IReadOnlyList<IModule> Create(IEnumerable<string> arguments) => CreateDeclared(arguments.Select(text => $"[SEBlock({text})]"));

    /// <summary>A module for each declaration's attributes, in their order.</summary>
    /// <param name="attributes">The attributes.</param>
    /// <param name="convolutions">The one way in which convolutions are computed; null for what the planner chooses.</param>
    public static IReadOnlyList<IModule> CreateDeclared(IEnumerable<string> attributes, string? convolutions = null)
    {
        string[] declarations = [.. attributes.Select((text, i) => $"{text} public partial class M{i};")];
        Assembly assembly = Compile(string.Join('\n', declarations), convolutions);
        return [.. declarations.Select((_, i) => (IModule)Activator.CreateInstance(assembly.GetType($"M{i}")!)!)];
    }

    /// <summary>
    /// The compiled source. What has been compiled by the same build of the generator is kept beside the tests: they run again for every
    /// vector width.
    /// </summary>
    public static Assembly Compile(string source, string? convolutions = null)
        => Loaded.GetOrAdd((source, convolutions), static s => new Lazy<Assembly>(() => Load(s.Source, s.Convolutions))).Value;

    private static Assembly Load(string source, string? convolutions)
    {
        byte[] key = [.. typeof(SeGenGenerator).Module.ModuleVersionId.ToByteArray(), .. typeof(IModule).Module.ModuleVersionId.ToByteArray(), .. Encoding.UTF8.GetBytes(convolutions + source)];
        string kept = Path.Combine(AppContext.BaseDirectory, "compiled", $"{Convert.ToHexStringLower(SHA256.HashData(key))}.dll");
        if (!File.Exists(kept))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            string unfinished = $"{kept}.{Guid.NewGuid():n}";
            File.WriteAllBytes(unfinished, CompileAnew(source, convolutions));
            File.Move(unfinished, kept, overwrite: true);
        }

        return AssemblyLoadContext.Default.LoadFromStream(new MemoryStream(File.ReadAllBytes(kept)));
    }

    private static byte[] CompileAnew(string source, string? convolutions)
    {
        CSharpCompilation input = GeneratorHarness.Compile([source]).WithAssemblyName("Compiled" + Guid.NewGuid().ToString("n"));
        GeneratorResult result = GeneratorHarness.Run(input, convolutions);
        using var image = new MemoryStream();
        Diagnostic[] complaints =
        [
            .. result.Reported.Where(d => d.Severity == DiagnosticSeverity.Error),
            .. result.Output.Emit(image).Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning),
        ];
        Assert.True(complaints.Length == 0, string.Join('\n', complaints.Take(10)));

        return image.ToArray();
    }
}
