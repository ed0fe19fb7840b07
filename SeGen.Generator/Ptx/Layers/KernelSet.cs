using SeGen.Generator.Model;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>The kernels that a network asks for, each once, in the order of their names.</summary>
internal sealed class KernelSet(ActivationCode activations)
{
    private readonly SortedDictionary<string, Func<string>> _kernels = new(StringComparer.Ordinal);

    private readonly SortedDictionary<string, Func<bool, string>> _products = new(StringComparer.Ordinal);

    /// <summary>Their texts.</summary>
    public IEnumerable<string> Texts => _kernels.Values.Select(write => write()).Concat(_products.Values.Select(write => write(false)));

    /// <summary>The module of those that are products, on tensor cores, under the same names; nothing where there are none.</summary>
    public string TensorCores(string comment) => _products.Count == 0 ? "" : PtxModuleText.Of(comment, _products.Values.Select(write => write(true)), hasTensorCores: true);

    /// <summary>A product, in fp32 or on tensor cores.</summary>
    public void AddProduct(string key, Func<bool, string> write) => _products[key] = write;

    public void Add(string key, Func<string> write) => _kernels[key] = write;

    /// <summary>A kernel that loads four pixels at once where channels have a multiple of that, else one.</summary>
    public void Add(string key, int pixels, Func<bool, string> write) => _kernels[$"{key} {pixels % 4 == 0}"] = () => write(pixels % 4 == 0);

    public void Pointwise(int pixels) => Add("pointwise", pixels, isVector => ChannelKernels.Pointwise(activations, isVector));

    public void Depthwise() => Add("depthwise", () => WindowKernels.Depthwise(activations));

    /// <summary>A product in all its tiles, and what adds the parts of a split depth.</summary>
    public void Product(int pixels)
    {
        foreach (ProductTile tile in ProductTile.All)
            AddProduct(ConvProduct.Name(tile), onTensorCores => ConvProduct.Write(tile, activations, onTensorCores));

        Add("join", pixels, isVector => ChannelKernels.Join(activations, isVector));
    }

    public void Pool(bool isMaximum) => Add($"pool {isMaximum}", () => WindowKernels.Pool(isMaximum));

    public void Mean(int pixels) => Add("mean", pixels, ChannelKernels.Mean);

    public void Squeeze(int pixels) => Add("squeeze", pixels, ChannelKernels.Squeeze);

    /// <summary>The dense layers of a gate.</summary>
    public void Excite(GateSpec gate)
    {
        Add($"gate expand {gate.Gate}", () => ExciteKernels.Expand(gate.Gate));
        if (gate.Hidden > 0)
            Add($"gate reduce {gate.Activation}", () => ExciteKernels.Reduce(gate.Activation));
    }
}
