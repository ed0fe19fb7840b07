namespace SeGen;

/// <summary>Is told the factors of a gate.</summary>
/// <param name="gate">The gate's name in the state_dict: "layer1.0.se".</param>
/// <param name="factors">A factor for each channel, from 0 (closed) to 1 (open); valid during the call.</param>
public delegate void GateObserver(string gate, ReadOnlySpan<float> factors);

/// <summary>A block or network with gates inside: what they do can be watched. A generated module of that kind is cast to it.</summary>
public interface IGatedModule : IModule
{
    /// <summary>
    /// Called by Forward on the caller's thread, for every image and gate in the order in which they run; null for nobody.
    /// </summary>
    GateObserver? GateObserver { get; set; }
}
