namespace SeGen.Generator.Ptx;

/// <summary>The text of a module: its instruction set and oldest architecture come as pairs that belong together, never freely.</summary>
internal static class PtxModuleText
{
    /// <summary>Turing and later, with every driver since CUDA 11.0.</summary>
    private const string Base = ".version 7.0\n.target sm_75\n.address_size 64\n";

    /// <summary>Ampere and later, for TF32 on tensor cores, with the same drivers.</summary>
    private const string TensorCores = ".version 7.0\n.target sm_80\n.address_size 64\n";

    public static string Of(string comment, IEnumerable<string> kernels, bool hasTensorCores = false)
        => $"// {comment}\n{(hasTensorCores ? TensorCores : Base)}\n{string.Join("\n", kernels)}";
}
