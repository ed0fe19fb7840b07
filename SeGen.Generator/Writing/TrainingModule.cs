using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Ptx.Layers.Training;

namespace SeGen.Generator.Writing;

/// <summary>The module of a network's training, both ways.</summary>
internal static class TrainingModule
{
    /// <summary>The module that any device takes, and that of products on tensor cores.</summary>
    public static (string Text, string TensorCores) Write(GpuTrainingPlan plan)
    {
        var kernels = new KernelSet(ActivationCode.Of(plan.Steps.Select(s => s.Activates)));
        foreach (LayerStep step in plan.Steps)
            step.AddTrainingKernels(kernels, plan);

        // The output, and its gradient.
        kernels.Pointwise(plan.PixelsOf(plan.Output));
        kernels.Add("step cross entropy", StepKernels.CrossEntropy);
        kernels.Add("step mean loss", StepKernels.MeanLoss);
        kernels.Add("step square parts", StepKernels.SquareParts);
        kernels.Add("step clip", StepKernels.Clip);
        kernels.Add("step sgd", StepKernels.Sgd);
        kernels.Add("step adam", StepKernels.Adam);
        return (
            PtxModuleText.Of(
                "Training: the kernels of the network's layers, forward and back; sizes come with their launches.", kernels.Texts),
            kernels.TensorCores("Training: products in TF32."));
    }
}
