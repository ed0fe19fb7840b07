namespace SeGen;

/// <summary>What conventions call the layers of a RegNetY block, which SeGen names as a residual one's.</summary>
internal static class RegNetNames
{
    /// <summary>A layer's name, or null where the convention has no such block.</summary>
    public static string? Of(string layer, Naming naming) => naming switch
    {
        Naming.Linear or Naming.Sequential => ResidualNames.Of(layer, naming),
        Naming.TorchVision => layer switch
        {
            "conv1" => "f.a.0",
            "bn1" => "f.a.1",
            "conv2" => "f.b.0",
            "bn2" => "f.b.1",
            "conv3" => "f.c.0",
            "bn3" => "f.c.1",
            "downsample.0" => "proj.0",
            "downsample.1" => "proj.1",
            _ => $"f.{layer}",
        },
        _ => null,
    };
}
