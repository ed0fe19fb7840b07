namespace SeGen.Generator.Ptx;

/// <summary>The kernels that a network asks for, each once, in the order of their names.</summary>
internal sealed class KernelSet(ActivationCode activations)
{
    /// <summary>The activations that the network uses.</summary>
    public ActivationCode Activations => activations;

    private readonly SortedDictionary<string, Func<string>> _kernels = new(StringComparer.Ordinal);

    private readonly SortedDictionary<string, Func<bool, string>> _products = new(StringComparer.Ordinal);

    /// <summary>Their texts.</summary>
    public IEnumerable<string> Texts => _kernels.Values.Select(write => write()).Concat(_products.Values.Select(write => write(false)));

    /// <summary>The module of those that are products, on tensor cores, under the same names; nothing where there are none.</summary>
    public string TensorCores(string comment)
        => _products.Count == 0 ? "" : PtxModuleText.Of(comment, _products.Values.Select(write => write(true)), hasTensorCores: true);

    /// <summary>A product, in fp32 or on tensor cores.</summary>
    public void AddProduct(string key, Func<bool, string> write) => _products[key] = write;

    public void Add(string key, Func<string> write) => _kernels[key] = write;

    /// <summary>A kernel that loads four pixels at once where channels have a multiple of that, else one.</summary>
    public void Add(string key, int pixels, Func<bool, string> write)
        => _kernels[$"{key} {pixels % 4 == 0}"] = () => write(pixels % 4 == 0);
}
