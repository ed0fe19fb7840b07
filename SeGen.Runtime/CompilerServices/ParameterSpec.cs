using System.ComponentModel;

namespace SeGen;

/// <summary>What generated code says about one tensor of its weights.</summary>
/// <param name="Name">SeGen's name.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Block">The block it belongs to.</param>
/// <param name="Initializer">How its first values are drawn.</param>
/// <param name="IsTrainable">Whether an optimizer may change it.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ParameterSpec(string Name, int[] Shape, BlockKind Block, Initializer Initializer, bool IsTrainable = true);

/// <summary>The kinds of block whose inside a <see cref="Naming"/> translates.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum BlockKind
{
    /// <summary>No block: the name is the layer's own.</summary>
    None,

    /// <summary>A squeeze-and-excitation gate that is a module of its own.</summary>
    Gate,
}
