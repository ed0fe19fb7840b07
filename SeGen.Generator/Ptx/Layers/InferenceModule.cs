using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Gpu;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>The module of a network's inference.</summary>
internal static class InferenceModule
{
    /// <summary>The module that any device takes, and that of products on tensor cores.</summary>
    public static (string Text, string TensorCores) Write(GpuInferencePlan plan)
    {
        var kernels = new KernelSet(ActivationCode.Of(plan.Steps.Select(ActivationOf)));
        foreach (Step step in plan.Steps)
            Add(kernels, plan, step);

        if (plan.Output == 0)
            kernels.Pointwise(plan.PixelsOf(0));

        if (plan.Steps.Any(s => s is ConvStep { Norm: not null } or PointwiseStep { Norm: not null }))
            kernels.Add("fold", ParameterKernels.Fold);

        return (PtxModuleText.Of("Inference: the kernels of the network's layers; sizes come with their launches.", kernels.Texts), kernels.TensorCores("Inference: products in TF32."));
    }

    /// <summary>The activation at a step's end.</summary>
    public static Activation ActivationOf(Step step) => step switch
    {
        ConvStep conv => conv.Activation,
        LinearStep linear => linear.Activation,
        PointwiseStep pointwise => pointwise.Activation,
        _ => Activation.Identity,
    };

    private static void Add(KernelSet kernels, GpuInferencePlan plan, Step step)
    {
        switch (step)
        {
            case ConvStep conv when GpuPlan.IsDepthwise(conv.Conv):
                kernels.Depthwise();
                break;
            case ConvStep conv:
                kernels.Product(plan.PixelsOf(conv.Output));
                break;
            case LinearStep:
                kernels.Product(1);
                break;
            case PointwiseStep pointwise:
                kernels.Pointwise(plan.PixelsOf(pointwise.Output));
                break;
            case PoolStep pool:
                kernels.Pool(pool.Pool.IsMaximum);
                break;
            case MeanStep mean:
                kernels.Mean(plan.PixelsOf(mean.Pool.Input));
                break;
            case FactorsStep factors:
                kernels.Excite(factors.Factors.Gate);
                if (!factors.FromSums && factors.Factors.Gate.Hidden > 0)
                    kernels.Squeeze(plan.PixelsOf(factors.Factors.Input));

                break;
        }
    }
}
