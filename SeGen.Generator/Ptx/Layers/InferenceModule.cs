using SeGen.Generator.Graphs;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Planning.Gpu;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>The module of a network's inference: those kernels that its steps ask for, each once.</summary>
internal static class InferenceModule
{
    public static string Write(GpuNetworkPlan plan)
    {
        var kernels = new SortedDictionary<string, Func<string>>(StringComparer.Ordinal);
        ActivationCode activations = ActivationCode.Of(plan.Steps.Select(ActivationOf));
        foreach (Step step in plan.Steps)
            Add(kernels, plan, step, activations);

        if (plan.Output == 0)
            Pointwise(kernels, activations, plan.PixelsOf(0));

        if (plan.Steps.Any(s => s is ConvStep { Norm: not null } or PointwiseStep { Norm: not null }))
            kernels["fold"] = ParameterKernels.Fold;

        return PtxModuleText.Of("The kernels of the network's layers; sizes come with their launches.", kernels.Values.Select(write => write()));
    }

    private static Activation ActivationOf(Step step) => step switch
    {
        ConvStep conv => conv.Activation,
        LinearStep linear => linear.Activation,
        PointwiseStep pointwise => pointwise.Activation,
        _ => Activation.Identity,
    };

    private static void Add(SortedDictionary<string, Func<string>> kernels, GpuNetworkPlan plan, Step step, ActivationCode activations)
    {
        switch (step)
        {
            case ConvStep conv when GpuNetworkPlan.IsDepthwise(conv.Conv):
                kernels["depthwise"] = () => WindowKernels.Depthwise(activations);
                break;
            case ConvStep conv:
                Product(kernels, activations, plan.PixelsOf(conv.Output));
                break;
            case LinearStep:
                Product(kernels, activations, 1);
                break;
            case PointwiseStep pointwise:
                Pointwise(kernels, activations, plan.PixelsOf(pointwise.Output));
                break;
            case PoolStep pool:
                kernels[$"pool {pool.Pool.IsMaximum}"] = () => WindowKernels.Pool(pool.Pool.IsMaximum);
                break;
            case MeanStep mean:
                bool isVector = plan.PixelsOf(mean.Pool.Input) % 4 == 0;
                kernels[$"mean {isVector}"] = () => ChannelKernels.Mean(isVector);
                break;
            case FactorsStep factors:
                Gate(kernels, plan, factors);
                break;
        }
    }

    private static void Gate(SortedDictionary<string, Func<string>> kernels, GpuNetworkPlan plan, FactorsStep step)
    {
        GateSpec gate = step.Factors.Gate;
        kernels[$"gate expand {gate.Gate}"] = () => ExciteKernels.Expand(gate.Gate);
        if (gate.Hidden == 0)
            return;

        kernels[$"gate reduce {gate.Activation}"] = () => ExciteKernels.Reduce(gate.Activation);
        bool isVector = plan.PixelsOf(step.Factors.Input) % 4 == 0;
        if (!step.FromSums)
            kernels[$"gate squeeze {isVector}"] = () => ChannelKernels.Squeeze(isVector);
    }

    private static void Pointwise(SortedDictionary<string, Func<string>> kernels, ActivationCode activations, int pixels)
        => kernels[$"pointwise {pixels % 4 == 0}"] = () => ChannelKernels.Pointwise(activations, pixels % 4 == 0);

    /// <summary>A product in all its tiles, and what adds the parts of a split depth.</summary>
    private static void Product(SortedDictionary<string, Func<string>> kernels, ActivationCode activations, int pixels)
    {
        foreach (ProductTile tile in ProductTile.All)
            kernels[ConvProduct.Name(tile)] = () => ConvProduct.Write(tile, activations);

        kernels[$"join {pixels % 4 == 0}"] = () => ChannelKernels.Join(activations, pixels % 4 == 0);
    }
}
