using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Generator;

namespace SeGen.Tests.Support;

/// <summary>A program of its own, compiled with the generator: for what a test may kill, or must measure without the test host around it.</summary>
internal sealed class ChildProgram
{
    private readonly string _program;

    public ChildProgram(TemporaryDirectory directory, string name, string source)
    {
        string folder = Directory.CreateDirectory(directory.File(name)).FullName;
        CSharpCompilation input = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(source, GeneratorHarness.CSharp12)],
            GeneratorHarness.Compile([]).References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));
        GeneratorResult result = GeneratorHarness.Run(input);
        _program = Path.Combine(folder, $"{name}.dll");
        using (FileStream image = File.Create(_program))
        {
            Diagnostic[] errors = [.. result.Output.Emit(image).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)];
            Assert.True(errors.Length == 0, string.Join('\n', errors.Take(10)));
        }

        foreach (Type type in new[] { typeof(IModule), typeof(System.Numerics.Tensors.TensorPrimitives) })
            File.Copy(type.Assembly.Location, Path.Combine(folder, Path.GetFileName(type.Assembly.Location)));

        File.WriteAllText(
            Path.Combine(folder, $"{name}.runtimeconfig.json"),
            "{\"runtimeOptions\": {\"framework\": {\"name\": \"Microsoft.NETCore.App\", \"version\": \"" + Environment.Version + "\"}}}");
    }

    /// <summary>Starts it; what it writes can be read as it comes.</summary>
    public Process Start(params string[] arguments)
        => Process.Start(new ProcessStartInfo("dotnet", [_program, .. arguments]) { RedirectStandardOutput = true })!;
}
