namespace SeGen;

/// <summary>What conventions call the layers of an inverted residual block: expand, depthwise, se, project, each with _bn.</summary>
internal static class InvertedNames
{
    private const string Norm = "_bn";

    /// <summary>A layer's name, or null where the convention has no such block.</summary>
    public static string? Of(string layer, BlockKind block, Naming naming)
    {
        bool expands = block is BlockKind.Inverted or BlockKind.InvertedWithoutGate;
        bool gates = block is BlockKind.Inverted or BlockKind.InvertedWithoutExpansion;
        return naming switch
        {
            Naming.Linear or Naming.Sequential => GateNames.IsGate(layer) ? GateNames.InBlock(layer, naming) : layer,
            Naming.Timm => Timm(layer, expands),
            Naming.TorchVision => TorchVision(layer, expands, gates),
            _ => null,
        };
    }

    /// <summary>timm counts the batch norms that are there and calls a projection after a depthwise convolution alone conv_pw.</summary>
    private static string Timm(string layer, bool expands) => (layer, expands) switch
    {
        ("expand", _) => "conv_pw",
        ("expand_bn", _) => "bn1",
        ("depthwise", _) => "conv_dw",
        ("depthwise_bn", true) => "bn2",
        ("depthwise_bn", false) => "bn1",
        ("project", true) => "conv_pwl",
        ("project", false) => "conv_pw",
        ("project_bn", true) => "bn3",
        ("project_bn", false) => "bn2",
        ("se.fc1", _) => "se.conv_reduce",
        _ => "se.conv_expand",
    };

    /// <summary>
    /// torchvision counts what is there: block.0 for the expansion, and so on; a convolution is .0 of it, its batch norm .1.
    /// </summary>
    private static string TorchVision(string layer, bool expands, bool gates)
    {
        int depthwise = expands ? 1 : 0;
        if (GateNames.IsGate(layer))
            return $"block.{depthwise + 1}.{layer["se.".Length..]}";

        bool isNorm = layer.EndsWith(Norm, StringComparison.Ordinal);
        int position = (isNorm ? layer[..^Norm.Length] : layer) switch
        {
            "expand" => 0,
            "depthwise" => depthwise,
            _ => depthwise + (gates ? 2 : 1),
        };
        return $"block.{position}.{(isNorm ? 1 : 0)}";
    }
}
