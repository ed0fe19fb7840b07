namespace SeGen;

/// <summary>What attributes that are a gate, or hold one, have in common as layers of a network.</summary>
public abstract class GateLayerAttribute : GateSettingsAttribute
{
    /// <summary>The prefix of its keys in a state_dict, as a layer of a network; its index where not written.</summary>
    public string? Name { get; set; }
}
