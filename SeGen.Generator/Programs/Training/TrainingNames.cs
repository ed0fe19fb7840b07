using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Programs.Training;

/// <summary>What the steps of training are called in comments.</summary>
internal static class TrainingNames
{
    public static string Of(NetworkSpec spec, Step step) => step switch
    {
        ImportStep => "input",
        ExportStep => "output",
        ConvStep conv => Name(conv.Conv.Scope, conv.Conv.Inside),
        FactorsStep factors => $"{Name(factors.Factors.Scope, factors.Factors.Inside)}: the gate",
        LinearStep linear => Name(linear.Linear.Scope, ""),
        PointwiseStep { Norm: { } norm } pointwise => Name(norm.Scope, norm.Inside) + After(pointwise),
        PointwiseStep pointwise => spec.LayerNames[step.Layer] + (pointwise.Factors < 0 ? "" : ", scale") + After(pointwise),
        PoolStep pool => $"{spec.LayerNames[step.Layer]}: {(pool.Pool.IsMaximum ? "max pool" : "average pool")}",
        MeanStep => $"{spec.LayerNames[step.Layer]}: mean",
        _ => $"{spec.LayerNames[step.Layer]}: dropout",
    };

    private static string After(PointwiseStep step)
        => (step.Residual < 0 ? "" : ", add") + (step.Activation == Activation.Identity ? "" : $", {step.Activation.ToString().ToLowerInvariant()}");

    private static string Name(Scope scope, string inside) => (scope.Prefix + inside).TrimEnd('.');
}
