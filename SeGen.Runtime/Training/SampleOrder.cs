namespace SeGen;

/// <summary>
/// The order of an epoch, from nothing but the seed and its number, so that a resumed run draws the same, on any version of .NET:
/// Fisher-Yates over splitmix64.
/// </summary>
internal static class SampleOrder
{
    /// <summary>Fills an array with its own indices, shuffled.</summary>
    public static void Shuffle(int[] order, int seed, int epoch)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = i;

        ulong state = SplitMix64.Mix((ulong)(uint)seed << 32 | (uint)epoch);
        for (int i = order.Length - 1; i > 0; i--)
        {
            state += SplitMix64.Increment;
            int other = (int)Math.BigMul(SplitMix64.Mix(state), (ulong)i + 1, out _);
            (order[i], order[other]) = (order[other], order[i]);
        }
    }
}
