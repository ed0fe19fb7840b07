using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;

namespace SeGen.Generator.Writing;

/// <summary>The module of a network's inference.</summary>
internal static class InferenceModule
{
    /// <summary>The module that any device takes, and that of products on tensor cores.</summary>
    public static (string Text, string TensorCores) Write(GpuInferencePlan plan)
    {
        var kernels = new KernelSet(ActivationCode.Of(plan.Steps.Select(s => s.Activates)));
        foreach (LayerStep step in plan.Steps)
            step.AddKernels(kernels, plan);

        if (plan.Output == 0)
            kernels.Pointwise(plan.PixelsOf(0));

        return (
            PtxModuleText.Of("Inference: the kernels of the network's layers; sizes come with their launches.", kernels.Texts),
            kernels.TensorCores("Inference: products in TF32."));
    }
}
