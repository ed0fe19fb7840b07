using Microsoft.CodeAnalysis;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Generator;

/// <summary>
/// Some two hundred networks drawn at random, most of them wrong: none makes the generator fail, each is either diagnosed or has a file, and
/// what is generated compiles without a warning.
/// </summary>
[Trait("Category", "Campaign")]
public class RandomNetworkTests(ITestOutputHelper log)
{
    /// <summary>Networks of a compilation: some may name each other.</summary>
    private const int PerCompilation = 25;

    [Theory]
    [InlineData(20270301, 8, 0.12)]
    [InlineData(20270302, 1, 0)]
    public void Every_network_is_diagnosed_or_compiles(int seed, int compilations, double wrong)
    {
        // In a campaign 3,000 of them, most of them well formed.
        compilations = Campaign.Of(compilations, wrong == 0 ? 80 : 40);
        var random = new Random(seed);
        int right = 0;
        for (int i = 0; i < compilations; i++)
        {
            var draw = new RandomNetwork(random, wrong, PerCompilation);
            string[] classes = [.. Enumerable.Range(0, PerCompilation).Select(c => $"[{draw.Attributes()}] public partial class M{c};")];
            right += Check(classes, $"seed {seed}, compilation {i}");
        }

        log.WriteLine($"seed {seed}: {right} of {compilations * PerCompilation} are right");
        Assert.InRange(right, compilations * PerCompilation / 20, compilations * PerCompilation * 9 / 10);
    }

    private static int Check(string[] classes, string where)
    {
        GeneratorResult result = GeneratorHarness.Run(string.Join('\n', classes));
        Assert.True(result.Run.Exception is null, $"{where}: {result.Run.Exception}\n{string.Join('\n', classes)}");
        Assert.DoesNotContain(result.Reported, d => d.Id == "AD0001");

        // What the compiler refuses in the user's own text stands there; it says nothing else.
        SyntaxTree own = result.Output.SyntaxTrees.First();
        Diagnostic[] said = [.. result.CompilerComplaints];
        HashSet<int> refused = [.. said.Where(d => d.Location.SourceTree == own).Select(Line)];
        Diagnostic[] complaints = [.. said.Where(d => d.Location.SourceTree != own)];
        Assert.True(complaints.Length == 0, $"{where}: {string.Join('\n', complaints.Take(5))}\n{string.Join('\n', classes)}");

        HashSet<int> diagnosed = [.. result.Reported.Where(d => d.Severity == DiagnosticSeverity.Error).Select(Line)];
        HashSet<string> files = [.. result.Sources.Where(s => !s.SourceText.ToString().Contains("all of them throw.", StringComparison.Ordinal)).Select(s => s.HintName)];
        int first = own.GetText().Lines.First(l => l.ToString().StartsWith('[')).LineNumber;
        for (int i = 0; i < classes.Length; i++)
        {
            bool generated = files.Contains($"M{i}.g.cs");
            bool isWrong = diagnosed.Contains(first + i) || NamesRefused(classes, i, refused, first);
            Assert.True(
                generated != isWrong,
                $"{where}: {classes[i]} is {(generated ? "diagnosed and generated" : "neither diagnosed nor generated")}");
        }

        return files.Count(f => !f.StartsWith("SeGen.Kernels.", StringComparison.Ordinal));
    }

    /// <summary>Whether the compiler refuses a class or one that it contains, perhaps through others.</summary>
    private static bool NamesRefused(string[] classes, int index, HashSet<int> refused, int first)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([index]);
        while (open.TryPop(out int at))
        {
            if (!seen.Add(at))
                continue;

            if (refused.Contains(first + at))
                return true;

            foreach (int inner in Enumerable.Range(0, classes.Length).Where(i => classes[at].Contains($"Layer<M{i}>", StringComparison.Ordinal)))
                open.Push(inner);
        }

        return false;
    }

    private static int Line(Diagnostic diagnostic) => diagnostic.Location.GetLineSpan().StartLinePosition.Line;
}
