namespace SeGen;

/// <summary>The names that each convention gives to what is inside a block; outside blocks names stand as they are.</summary>
internal static class BlockNames
{
    /// <summary>SeGen's name of a parameter, in another convention.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The convention is no value of <see cref="Naming"/>.</exception>
    public static string Translate(BlockKind block, string name, Naming naming) => block switch
    {
        BlockKind.Gate => Gate(name, naming),
        _ => name,
    };

    private static string Gate(string name, Naming naming)
    {
        (string first, string second) = naming switch
        {
            Naming.SeGen or Naming.Timm or Naming.TimmLegacy or Naming.TorchVision => ("fc1", "fc2"),
            Naming.Linear => ("linear1", "linear2"),
            Naming.Sequential => ("sequence.2", "sequence.4"),
            Naming.Gates => ("gate_1", "gate_2"),
            Naming.Excitation => ("excitation.0", "excitation.2"),
            Naming.SENetPyTorch => ("fc.0", "fc.2"),
            _ => throw new ArgumentOutOfRangeException(nameof(naming), naming, "There is no such naming."),
        };

        // "fc1.weight" with or without a prefix: only the layer's own segment is translated.
        int layer = name.LastIndexOf("fc", StringComparison.Ordinal);
        return $"{name[..layer]}{(name[layer + 2] == '1' ? first : second)}{name[(layer + 3)..]}";
    }
}
