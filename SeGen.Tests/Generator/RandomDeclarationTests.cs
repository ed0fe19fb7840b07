using Microsoft.CodeAnalysis;
using SeGen.Tests.Numerics;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Generator;

/// <summary>
/// Two hundred declarations drawn at random: each is diagnosed, exactly where it is wrong, or compiles without a warning and computes
/// what the oracle computes.
/// </summary>
public class RandomDeclarationTests(ITestOutputHelper log)
{
    private const int Count = 200, LeastRight = 60, Seed = 20261122;

    [Fact]
    public void Every_declaration_is_diagnosed_or_runs_right()
    {
        log.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        RandomDeclaration[] all = [.. Enumerable.Range(0, Count).Select(_ => RandomDeclaration.Draw(random))];
        RandomDeclaration[] right = [.. all.Where(d => d.IsRight)];
        log.WriteLine($"{right.Length} of {Count} are right");
        Assert.InRange(right.Length, LeastRight, Count - LeastRight / 2);

        AssertDiagnosedWhereWrong(all);
        AssertRunsRight(right);
    }

    private static void AssertDiagnosedWhereWrong(RandomDeclaration[] all)
    {
        GeneratorResult result = GeneratorHarness.Run(string.Join('\n', all.Select((d, i) => $"[SEBlock({d.Arguments})] public partial class M{i};")));
        HashSet<int> diagnosed = [.. result.Reported.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.Location.GetLineSpan().StartLinePosition.Line)];
        int first = result.Output.SyntaxTrees.First().GetRoot().DescendantNodes()
            .OfType<Microsoft.CodeAnalysis.CSharp.Syntax.ClassDeclarationSyntax>().First().GetLocation().GetLineSpan().StartLinePosition.Line;
        for (int i = 0; i < all.Length; i++)
            Assert.True(diagnosed.Contains(first + i) != all[i].IsRight, $"seed {Seed}: [SEBlock({all[i].Arguments})] is {(all[i].IsRight ? "right and diagnosed" : "wrong and not diagnosed")}.");

        Assert.Equal(all.Count(d => d.IsRight), result.Sources.Count(s => !s.SourceText.ToString().Contains("all of them throw.", StringComparison.Ordinal)));
    }

    private static void AssertRunsRight(RandomDeclaration[] right)
    {
        IReadOnlyList<IModule> modules = ModuleCompiler.Create(right.Select(d => d.Arguments));
        for (int i = 0; i < right.Length; i++)
        {
            RandomDeclaration d = right[i];
            try
            {
                GateCheck.Against(new GateSettings(d.Channels, d.Hidden, d.Bias, d.Squeeze, d.Activation, d.Gate), modules[i], d.MaxBatch, d.Height, d.Width, Seed + i);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {Seed}: [SEBlock({d.Arguments})] at {d.Height} x {d.Width}: {e.Message}", e);
            }
        }
    }
}
