using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Ir;

/// <summary>Where in a state_dict the parameters of a block or layer stand.</summary>
/// <param name="Path">The names of layers, as written: "layer1", or "" for a module that is one block.</param>
/// <param name="Index">Which of several blocks in a row, or -1.</param>
/// <param name="Block">The kind of block, whose inside a naming translates.</param>
internal sealed record Scope(string Path, int Index, BlockKind Block)
{
    /// <summary>What stands before the names inside: "layer1.0.".</summary>
    public string Prefix => (Path.Length == 0 ? "" : $"{Path}.") + (Index < 0 ? "" : $"{Numbers.Text(Index)}.");

    /// <summary>The name of a part: "layer1.0.conv1".</summary>
    public string NameOf(string inside) => (Prefix + inside).TrimEnd('.');
}
