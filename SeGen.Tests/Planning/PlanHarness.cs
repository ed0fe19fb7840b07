using SeGen.Generator;
using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Linear;
using SeGen.Generator.Layers.Norm;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Layers.Pool;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Tests.Generator;

namespace SeGen.Tests.Planning;

/// <summary>What the passes make of a declaration, without the text that is written of it.</summary>
internal static class PlanHarness
{
    /// <summary>The graph of a declared network or block, as the generator's own pipeline reads it.</summary>
    public static NetworkSpec Spec(string attributes)
    {
        GeneratorResult result = GeneratorHarness.Run($"{attributes} partial class M;");
        Assert.Empty(result.Reported.Where(d => d.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error));
        return result.Run.TrackedSteps[SeGenGenerator.Steps.Specs].SelectMany(s => s.Outputs).Select(o => o.Value).OfType<NetworkSpec>().Single();
    }

    public static IReadOnlyList<Step> Fuse(string attributes) => Fusion.Fuse(Spec(attributes).Graph);

    public static NetworkPlan Plan(string attributes) => NetworkPlanner.Plan(Spec(attributes));

    /// <summary>The steps between import and export in words: "conv+bn+add+ReLU+sums".</summary>
    public static string[] Words(string attributes)
        => [.. Fuse(attributes).Where(s => !s.IsLayout).Select(Words)];

    private static string Words(Step step)
    {
        IEnumerable<string> words = step switch
        {
            ConvStep conv => [conv.Factors >= 0 ? "scale" : "", "conv", conv.Norm is null ? "" : "bn", Added(conv.Residual), Name(conv.Activation), conv.HasSums ? "sums" : ""],
            PointwiseStep pass => [pass.Factors >= 0 ? "scale" : "", pass is NormStep ? "bn" : "", Added(pass.Residual), Name(pass.Activation)],
            FactorsStep factors => [factors.FromSums ? "gate from sums" : "gate from pixels"],
            LinearStep linear => ["linear", Name(linear.Activation)],
            PoolStep pool => [pool.Pool.IsMaximum ? "max" : "average"],
            _ => ["mean"],
        };
        return string.Join('+', words.Where(w => w.Length > 0));
    }

    private static string Added(int residual) => residual < 0 ? "" : "add";

    private static string Name(SeGen.Generator.Model.Activation activation) => activation == SeGen.Generator.Model.Activation.Identity ? "" : activation.ToString();
}
