using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Gpu;

namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>The module of a network's training, both ways.</summary>
internal static class TrainingModule
{
    /// <summary>The module that any device takes, and that of products on tensor cores.</summary>
    public static (string Text, string TensorCores) Write(GpuTrainingPlan plan)
    {
        ActivationCode activations = ActivationCode.Of(plan.Steps.Select(InferenceModule.ActivationOf));
        var kernels = new KernelSet(activations);
        foreach (Step step in plan.Steps)
            Add(kernels, plan, step, activations);

        // The output, and its gradient.
        kernels.Pointwise(plan.PixelsOf(plan.Output));
        kernels.Add("step cross entropy", StepKernels.CrossEntropy);
        kernels.Add("step mean loss", StepKernels.MeanLoss);
        kernels.Add("step square parts", StepKernels.SquareParts);
        kernels.Add("step clip", StepKernels.Clip);
        kernels.Add("step sgd", StepKernels.Sgd);
        kernels.Add("step adam", StepKernels.Adam);
        return (
            PtxModuleText.Of("Training: the kernels of the network's layers, forward and back; sizes come with their launches.", kernels.Texts),
            kernels.TensorCores("Training: products in TF32."));
    }

    private static void Add(KernelSet kernels, GpuTrainingPlan plan, Step step, ActivationCode activations)
    {
        switch (step)
        {
            case ConvStep conv:
                Convolution(kernels, conv.Conv, plan.PixelsOf(conv.X), plan.PixelsOf(conv.Output));
                break;
            case LinearStep linear:
                Weights(kernels, isDepthwise: false, linear.Linear.HasBias, 1);
                kernels.Product(1);
                break;
            case PointwiseStep pointwise:
                Pointwise(kernels, plan, pointwise, activations);
                break;
            case PoolStep pool:
                kernels.Pool(pool.Pool.IsMaximum);
                kernels.Add($"pool gradient {pool.Pool.IsMaximum}", () => PoolGradientKernels.Write(pool.Pool.IsMaximum));
                break;
            case MeanStep mean:
                kernels.Mean(plan.PixelsOf(mean.Pool.Input));
                kernels.Add("spread", plan.PixelsOf(mean.Pool.Input), PointwiseGradientKernels.Spread);
                break;
            case DropoutStep:
                kernels.Add("dropout", PointwiseGradientKernels.Dropout);
                break;
            case FactorsStep factors:
                Gate(kernels, factors.Factors.Gate, plan.PixelsOf(factors.Factors.Input));
                break;
        }
    }

    private static void Convolution(KernelSet kernels, ConvOp conv, int pixels, int outPixels)
    {
        bool isDepthwise = GpuPlan.IsDepthwise(conv);
        Weights(kernels, isDepthwise, conv.HasBias, outPixels);
        if (isDepthwise)
            kernels.Depthwise();
        else
            kernels.Product(outPixels);

        // Gradients of inputs come back through the same kernels; several channels of the output for one of the input make it a product.
        if (!isDepthwise || conv.Channels != conv.InChannels)
            kernels.Product(pixels);
    }

    private static void Weights(KernelSet kernels, bool isDepthwise, bool hasBias, int outPixels)
    {
        kernels.Add("turn", WeightKernels.Turn);
        kernels.Add("clear", WeightKernels.Clear);
        if (isDepthwise)
            kernels.Add("depthwise weights", WeightKernels.Depthwise);
        else
        {
            foreach (ProductTile tile in ProductTile.All)
                kernels.AddProduct(ConvGradientProduct.Name(tile), onTensorCores => ConvGradientProduct.Write(tile, onTensorCores));
        }

        kernels.Add("add parts", WeightKernels.AddParts);
        if (hasBias)
            kernels.Squeeze(outPixels);
    }

    private static void Pointwise(KernelSet kernels, GpuTrainingPlan plan, PointwiseStep step, ActivationCode activations)
    {
        int pixels = plan.PixelsOf(step.Output);
        kernels.Pointwise(pixels);
        kernels.Add("pointwise gradient", pixels, isVector => PointwiseGradientKernels.Gradient(activations, isVector));
        if (step.Factors >= 0)
            kernels.Add("gate gradient", pixels, PointwiseGradientKernels.Gate);

        if (step.Norm is null)
            return;

        kernels.Add("norm statistics", pixels, NormKernels.Statistics);
        kernels.Add("norm normalize", NormKernels.Normalize);
        kernels.Add("norm slopes", NormKernels.Slopes);
        kernels.Add("norm gradient", pixels, NormKernels.Gradient);
    }

    private static void Gate(KernelSet kernels, GateSpec gate, int pixels)
    {
        kernels.Excite(gate);
        kernels.Add($"gate inputs {gate.Gate}", () => ExciteGradientKernels.Inputs(gate.Gate));
        kernels.Add("add parts", WeightKernels.AddParts);
        if (gate.Hidden == 0)
            return;

        kernels.Squeeze(pixels);
        kernels.Add($"gate hidden {gate.Activation}", () => ExciteGradientKernels.Hidden(gate.Activation));
        kernels.Add("gate squeezed", ExciteGradientKernels.Squeezed);
        kernels.Add("outer", WeightKernels.Outer);
        if (gate.Squeeze is Squeeze.Max or Squeeze.MeanMaxAverage)
            kernels.Add("gate ties", pixels, PointwiseGradientKernels.Ties);
    }
}
