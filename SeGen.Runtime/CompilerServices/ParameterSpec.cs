using System.ComponentModel;

namespace SeGen;

/// <summary>What generated code says about one tensor of its weights.</summary>
/// <param name="Path">The names of the layers around it, "layer1"; "" in a module that is one block.</param>
/// <param name="Index">Which of several blocks in a row it is in, or -1.</param>
/// <param name="Inside">Its name within the block or layer.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Block">The block it belongs to.</param>
/// <param name="Initializer">How its first values are drawn.</param>
/// <param name="IsTrainable">Whether an optimizer may change it.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ParameterSpec(
    string Path, int Index, string Inside, int[] Shape, BlockKind Block, Initializer Initializer, bool IsTrainable = true)
{
    /// <summary>A parameter of a module that is one block.</summary>
    public ParameterSpec(string name, int[] shape, BlockKind block, Initializer initializer)
        : this("", -1, name, shape, block, initializer)
    {
    }

    private const string Variance = "running_var", Batches = "num_batches_tracked";

    /// <summary>Of a batch norm's running variance: the counter beside it; else null.</summary>
    internal ParameterSpec? Counter => Inside.EndsWith(Variance, StringComparison.Ordinal)
        ? this with { Inside = Inside[..^Variance.Length] + Batches, Shape = [] }
        : null;

    /// <summary>SeGen's name: "layer1.0.conv1.weight".</summary>
    public string Name => string.Concat(Path, Path.Length > 0 ? "." : "", Index >= 0 ? $"{Index}." : "", Inside);
}
