namespace SeGen;

/// <summary>
/// What conventions call the layers of a residual block: conv1, bn1 ... conv3, bn3, downsample.0, downsample.1, se.fc1, se.fc2.
/// </summary>
internal static class ResidualNames
{
    private const string Downsample = "downsample.";

    /// <summary>A layer's name, or null where the convention has no such block.</summary>
    public static string? Of(string layer, Naming naming)
    {
        if (naming == Naming.Gates)
            return null;

        if (GateNames.IsGate(layer))
            return GateNames.InBlock(layer, naming);

        return naming == Naming.Excitation && layer.StartsWith(Downsample, StringComparison.Ordinal)
            ? $"shortcut.{layer[Downsample.Length..]}"
            : layer;
    }
}
