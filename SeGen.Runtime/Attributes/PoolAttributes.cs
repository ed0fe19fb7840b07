namespace SeGen;

/// <summary>What the two poolings have in common.</summary>
/// <param name="kernel">Side of the window.</param>
public abstract class PoolAttribute(int kernel) : NetworkLayerAttribute
{
    /// <summary>Side of the window.</summary>
    public int Kernel { get; } = kernel;

    /// <summary>Pixels between neighbouring windows; the kernel where not written.</summary>
    public int Stride { get; set; }

    /// <summary>Pixels around the input, at most half the kernel; 0 where not written.</summary>
    public int Padding { get; set; }

    /// <summary>Whether a last window that is only partly filled counts.</summary>
    public bool CeilMode { get; set; }
}

/// <summary>The maximum of each window.</summary>
/// <param name="kernel">Side of the window.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class MaxPoolAttribute(int kernel) : PoolAttribute(kernel);

/// <summary>The mean of each window; padding counts as zeros (PyTorch's count_include_pad).</summary>
/// <param name="kernel">Side of the window.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class AveragePoolAttribute(int kernel) : PoolAttribute(kernel);

/// <summary>The mean over all pixels of each channel: [C, H, W] becomes [C, 1, 1].</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class GlobalAveragePoolAttribute : NetworkLayerAttribute;
