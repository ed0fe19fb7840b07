namespace SeGen;

/// <summary>In training sets each value to zero with probability p and divides the others by 1 - p; nothing in inference.</summary>
/// <param name="p">The probability, from 0 to below 1.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class DropoutAttribute(double p) : NetworkLayerAttribute
{
    /// <summary>The probability, from 0 to below 1.</summary>
    public double P { get; } = p;
}
