namespace SeGen.Tests.Numerics.Oracle;

/// <summary>Which values a dropout keeps, by the words of its documentation: a hash of key and position is compared with p.</summary>
internal static class DropoutHash
{
    /// <param name="seed">The step's seed.</param>
    /// <param name="number">Which dropout of the network.</param>
    /// <param name="image">Which image of the batch.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="pixels">Pixels of a channel.</param>
    /// <param name="i">Which value of the image, in [C, H, W].</param>
    /// <param name="p">The probability to be dropped.</param>
    public static bool Keeps(long seed, int number, int image, int channels, int pixels, int i, double p)
    {
        Assert.InRange(i, 0, channels * pixels - 1);
        int channel = i / pixels, pixel = i % pixels;
        uint position = (uint)(channel / 16 * pixels * 16 + pixel * 16 + channel % 16);
        return Mix(position ^ Key(seed, number, image)) >= Math.Round(p * Math.Pow(2, 32));
    }

    /// <summary>The last step of MurmurHash3.</summary>
    private static uint Mix(uint h)
    {
        h ^= h >> 16;
        h *= 0x85EBCA6B;
        h ^= h >> 13;
        h *= 0xC2B2AE35;
        return h ^ (h >> 16);
    }

    /// <summary>The upper half of SplitMix64.</summary>
    private static uint Key(long seed, int number, int image)
    {
        ulong z = (ulong)seed * 0x9E3779B97F4A7C15 + (ulong)number * 0xD1B54A32D192ED03 + (ulong)image;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (uint)((z ^ (z >> 31)) >> 32);
    }
}
