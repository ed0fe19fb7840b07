using SeGen.Generator.Model;
using SeGen.Generator.Ptx.Layers.Training;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>The kernels that layers ask for.</summary>
internal static class LayerKernels
{
    public static void Pointwise(this KernelSet kernels, int pixels)
        => kernels.Add("pointwise", pixels, isVector => ChannelKernels.Pointwise(kernels.Activations, isVector));

    public static void Depthwise(this KernelSet kernels) => kernels.Add("depthwise", () => WindowKernels.Depthwise(kernels.Activations));

    /// <summary>A product in all its tiles, and what adds the parts of a split depth.</summary>
    public static void Product(this KernelSet kernels, int pixels)
    {
        foreach (ProductTile tile in ProductTile.All)
            kernels.AddProduct(ConvProduct.Name(tile), onTensorCores => ConvProduct.Write(tile, kernels.Activations, onTensorCores));

        kernels.Add("join", pixels, isVector => ChannelKernels.Join(kernels.Activations, isVector));
    }

    public static void Pool(this KernelSet kernels, bool isMaximum)
        => kernels.Add($"pool {isMaximum}", () => WindowKernels.Pool(isMaximum));

    public static void Mean(this KernelSet kernels, int pixels) => kernels.Add("mean", pixels, ChannelKernels.Mean);

    public static void Squeeze(this KernelSet kernels, int pixels) => kernels.Add("squeeze", pixels, ChannelKernels.Squeeze);

    /// <summary>The dense layers of a gate.</summary>
    public static void Excite(this KernelSet kernels, GateSpec gate)
    {
        kernels.Add($"gate expand {gate.Gate}", () => ExciteKernels.Expand(gate.Gate));
        if (gate.Hidden > 0)
            kernels.Add($"gate reduce {gate.Activation}", () => ExciteKernels.Reduce(gate.Activation));
    }

    /// <summary>What folds batch norms into weights.</summary>
    public static void Fold(this KernelSet kernels) => kernels.Add("fold", ParameterKernels.Fold);

    /// <summary>The gradients of a convolution's or dense layer's weights.</summary>
    public static void WeightGradients(this KernelSet kernels, bool isDepthwise, bool hasBias, int outPixels)
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

    /// <summary>Both ways through a gate.</summary>
    public static void GateGradients(this KernelSet kernels, GateSpec gate, int pixels)
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
        if (gate.Squeeze is Model.Squeeze.Max or Model.Squeeze.MeanMaxAverage)
            kernels.Add("gate ties", pixels, PointwiseGradientKernels.Ties);
    }
}
