namespace SeGen.Sample.Data;

/// <summary>
/// Random numbers that are the same on every machine and version of .NET (Steele, Lea and Flood: Fast splittable pseudorandom number
/// generators, 2014).
/// </summary>
internal struct SplitMix
{
    private ulong _state;

    /// <summary>A stream of its own for each sample and epoch.</summary>
    public SplitMix(int seed, int index, int epoch)
    {
        _state = (uint)seed;
        _state = Next() + (uint)index;
        _state = Next() + (uint)epoch;
    }

    public float Between(float low, float high) => low + (high - low) * (Next() >> 40) * (1f / (1 << 24));

    private ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
