namespace SeGen;

/// <summary>Where the values of parameters come from that are packed without being kept.</summary>
internal interface IParameterSource
{
    /// <summary>The values of a parameter, until the next part is packed.</summary>
    ReadOnlySpan<float> Read(Parameter parameter);
}
