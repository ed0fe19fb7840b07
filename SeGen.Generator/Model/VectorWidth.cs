namespace SeGen.Generator.Model;

/// <summary>A vector type for which kernels are written.</summary>
/// <param name="Type">Its name in System.Runtime.Intrinsics.</param>
/// <param name="Lanes">Floats in a vector.</param>
/// <param name="FusedMultiplyAdd">
/// The multiply-add of its class. Below 512 bits the estimate, which is fused where the hardware has that: elsewhere the exact one is
/// a slow software call.
/// </param>
internal sealed record VectorWidth(string Type, int Lanes, string FusedMultiplyAdd)
{
    public static readonly VectorWidth V512 = new("Vector512", 16, "FusedMultiplyAdd");
    public static readonly VectorWidth V256 = new("Vector256", 8, "MultiplyAddEstimate");
    public static readonly VectorWidth V128 = new("Vector128", 4, "MultiplyAddEstimate");

    /// <summary>From the widest down; the scalar kernels come after them.</summary>
    public static readonly IReadOnlyList<VectorWidth> All = [V512, V256, V128];

    /// <summary>
    /// The floats of the widest vector: to its multiples all scratch and packed weights are padded, whatever the width in use.
    /// </summary>
    public const int MaxLanes = 16;

    /// <summary>The class with the kernels of this width.</summary>
    public string Kernels => "Kernels" + Type.Substring("Vector".Length);

    /// <summary>The class for channels too short for this width.</summary>
    public string NarrowerKernels => Lanes switch { 16 => V256.Kernels, 8 => V128.Kernels, _ => ScalarKernels };

    public const string ScalarKernels = "KernelsScalar";

    /// <summary>"Vector512&lt;float&gt;".</summary>
    public string Floats => Type + "<float>";

    /// <summary>The same of what may be beyond int.</summary>
    public static long Pad(long length) => (length + MaxLanes - 1) / MaxLanes * MaxLanes;

    public static int Pad(int length) => (length + MaxLanes - 1) / MaxLanes * MaxLanes;
}
