namespace SeGen;

/// <summary>A layer of a network that is no gate and holds none.</summary>
public abstract class NetworkLayerAttribute : Attribute
{
    /// <summary>The prefix of its keys in a state_dict; its index among the layers where not written, as in nn.Sequential.</summary>
    public string? Name { get; set; }
}
