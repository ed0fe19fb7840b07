namespace SeGen;

/// <summary>What conventions call the two dense layers of a gate.</summary>
internal static class GateNames
{
    /// <summary>Of a gate that stands alone: "fc1" or "fc2" in another convention.</summary>
    public static string Alone(string layer, Naming naming)
    {
        (string first, string second) = naming switch
        {
            Naming.Linear => ("linear1", "linear2"),
            Naming.Sequential => ("sequence.2", "sequence.4"),
            Naming.Gates => ("gate_1", "gate_2"),
            Naming.Excitation => ("excitation.0", "excitation.2"),
            Naming.SENetPyTorch => ("fc.0", "fc.2"),
            _ => ("fc1", "fc2"),
        };
        return layer == "fc1" ? first : second;
    }

    /// <summary>Of a gate within a block: "se.fc1" or "se.fc2" in another convention.</summary>
    public static string InBlock(string layer, Naming naming)
    {
        string block = naming switch
        {
            Naming.Excitation => "se_block",
            Naming.TimmLegacy => "se_module",
            _ => "se",
        };
        return $"{block}.{Alone(layer["se.".Length..], naming)}";
    }

    /// <summary>Whether a convention computes a gate's dense layers by 1x1 convolutions.</summary>
    public static bool AreConvolutions(Naming naming) => naming is Naming.Timm or Naming.TimmLegacy or Naming.TorchVision;

    /// <summary>Whether a layer of a block is one of its gate's.</summary>
    public static bool IsGate(string layer) => layer.StartsWith("se.", StringComparison.Ordinal);
}
