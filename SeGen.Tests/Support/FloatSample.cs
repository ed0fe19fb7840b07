namespace SeGen.Tests.Support;

/// <summary>A sample of all floats that are numbers or infinite: every 9973rd pattern of bits.</summary>
internal static class FloatSample
{
    // Coprime to every power of two, so that the sample meets all exponents and mantissas alike.
    private const uint Stride = 9973;

    public static IEnumerable<float> Values()
    {
        for (ulong bits = 0; bits <= uint.MaxValue; bits += Stride)
        {
            float value = BitConverter.UInt32BitsToSingle((uint)bits);
            if (!float.IsNaN(value))
                yield return value;
        }
    }
}
