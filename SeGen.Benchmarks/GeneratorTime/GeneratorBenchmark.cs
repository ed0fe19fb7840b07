using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator;
using Spectre.Console;

namespace SeGen.Benchmarks.GeneratorTime;

/// <summary>How long the generator takes: for a new class, for many, and for a keystroke in a file that has none.</summary>
internal static class GeneratorBenchmark
{
    private const int Classes = 100, Repetitions = 31;

    public static void Run()
    {
        var table = new Table().AddColumns("what", "median ms");
        SyntaxTree other = Parse("public class Unrelated { int _x; }");
        double one = Median(() => Time(Driver(), Compile(1, other)));
        double many = Median(() => Time(Driver(), Compile(Classes, other)));
        table.AddRow("one class, a new driver", $"{one:f2}");
        table.AddRow($"{Classes} classes, a new driver", $"{many:f2}");
        table.AddRow("each further class", $"{(many - one) / (Classes - 1):f3}");

        Compilation before = Compile(Classes, other);
        GeneratorDriver warm = Driver().RunGenerators(before);
        double key = Median(() => Time(warm, before.ReplaceSyntaxTree(other, Parse("public class Unrelated { int _xy; }"))));
        table.AddRow($"a keystroke in another file, {Classes} classes", $"{key:f2}");
        AnsiConsole.Write(table);
    }

    private static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(new SeGenGenerator());

    private static SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.CSharp12));

    private static Compilation Compile(int classes, SyntaxTree other)
    {
        string source = "using SeGen;\n" + string.Join('\n', Enumerable.Range(1, classes).Select(
            i => $"[SEBlock(Channels = {i * 16}, Height = {7 + i}, Width = {7 + i})] public partial class Gate{i};"));
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return CSharpCompilation.Create(
            "Measured", [Parse(source), other], platform.Select(p => MetadataReference.CreateFromFile(p)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    }

    private static double Time(GeneratorDriver driver, Compilation compilation)
    {
        long start = Stopwatch.GetTimestamp();
        driver.RunGenerators(compilation);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(Func<double> time) => Peers.Statistics.Median(Enumerable.Range(0, Repetitions).Select(_ => time()).ToArray());
}
