namespace SeGen;

/// <summary>The names that each convention gives to what is inside a block; outside blocks names stand as they are.</summary>
internal static class BlockNames
{
    /// <summary>A parameter's name in a convention.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The convention is no value of <see cref="Naming"/>.</exception>
    /// <exception cref="NotSupportedException">The convention has no names for this kind of block.</exception>
    public static string Translate(ParameterSpec parameter, Naming naming) => TryTranslate(parameter, naming)
        ?? throw new NotSupportedException(
            $"Naming.{naming} has no names for the block of {parameter.Name} ({Describe(parameter.Block)}); load and save it with "
                + $"another naming.");

    /// <summary>A parameter's name in a convention, or null where it has no names for that kind of block.</summary>
    public static string? TryTranslate(ParameterSpec parameter, Naming naming)
    {
        if (!Enum.IsDefined(naming))
            throw new ArgumentOutOfRangeException(nameof(naming), naming, "There is no such naming.");

        if (parameter.Block == BlockKind.None || naming == Naming.SeGen)
            return parameter.Name;

        int end = parameter.Inside.LastIndexOf('.');
        (string layer, string leaf) = (parameter.Inside[..end], parameter.Inside[end..]);
        string? inside = parameter.Block switch
        {
            BlockKind.Gate => GateNames.Alone(layer, naming),
            BlockKind.Residual => ResidualNames.Of(layer, naming),
            BlockKind.ConvGate => layer == "conv" ? layer : GateNames.Alone(layer, naming),
            BlockKind.RegNetY => RegNetNames.Of(layer, naming),
            _ => InvertedNames.Of(layer, parameter.Block, naming),
        };
        return inside is null ? null : string.Concat(Prefix(parameter, naming), inside, leaf);
    }

    private static string Prefix(ParameterSpec parameter, Naming naming)
    {
        string path = parameter.Path.Length == 0 ? "" : parameter.Path + ".";
        if (parameter.Index < 0)
            return path;

        // torchvision names the blocks of a RegNet's stage after the stage once more: trunk_output.block1.block1-0.
        return naming == Naming.TorchVision && parameter.Block == BlockKind.RegNetY
            ? $"{path}{parameter.Path[(parameter.Path.LastIndexOf('.') + 1)..]}-{parameter.Index}."
            : $"{path}{parameter.Index}.";
    }

    private static string Describe(BlockKind block) => block switch
    {
        BlockKind.Gate => "a gate",
        BlockKind.Residual => "a residual block",
        BlockKind.ConvGate => "a convolution with a gate",
        BlockKind.RegNetY => "a RegNetY block",
        _ => "an inverted residual block",
    };
}
