namespace SeGen;

/// <summary>The mixing step of splitmix64 (Steele, Lea and Flood: Fast splittable pseudorandom number generators, 2014).</summary>
internal static class SplitMix64
{
    /// <summary>What is added to the state for each number.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15;

    public static ulong Mix(ulong value)
    {
        value = unchecked((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9);
        value = unchecked((value ^ (value >> 27)) * 0x94D049BB133111EB);
        return value ^ (value >> 31);
    }
}
