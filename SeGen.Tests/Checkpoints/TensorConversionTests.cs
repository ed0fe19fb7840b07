namespace SeGen.Tests.Checkpoints;

/// <summary>Every type that is read, against values worked out by hand from its bits.</summary>
public class TensorConversionTests
{
    // Written out: little-endian bytes, and the floats they are. Integers of more than 24 bits round to the nearest float, ties to even;
    // 2^60 + 2^36 + 1 is just above such a tie and comes out wrong where it is rounded to a double on the way.
    [Theory]
    [InlineData("F16", "003C00C0FF7B0100FF0300040080007C00FC007E5535", 1f, -2f, 65504f, 1f / (1 << 24), 1023f / (1 << 24), 1f / (1 << 14), -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1365f / 4096f)]
    [InlineData("BF16", "803F40C07F7F01000080807F80FFC07FAB3E", 1f, -3f, 3.3895314E+38f, 65536 * float.Epsilon, -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 171f / 512f)]
    [InlineData("F32", "0000803F010000800000807F0000C07FFFFF7F7F", 1f, -float.Epsilon, float.PositiveInfinity, float.NaN, float.MaxValue)]
    [InlineData("F64", "000000000000F83F9A9999999999B9BF9C7500883CE4377E9C7500883CE437FE59F3F8C21F6EA501000000000000A036000000100000F03F010000100000F03F000000000000F87F000000000000F0FF0000000000000080", 1.5f, -0.1f, float.PositiveInfinity, float.NegativeInfinity, 0f, float.Epsilon, 1f, 1.0000001f, float.NaN, float.NegativeInfinity, -0f)]
    [InlineData("I64", "FFFFFFFFFFFFFFFF0100000100000000030000010000000001000000100000100000000000000080", -1f, 16777216f, 16777220f, 1152921642045800448f, -9223372036854775808f)]
    [InlineData("U64", "01000000000000000100000100000000FFFFFFFFFFFFFFFF", 1f, 16777216f, 18446744073709551616f)]
    [InlineData("I32", "FBFFFFFFFFFFFF7F00000080", -5f, 2147483648f, -2147483648f)]
    [InlineData("U32", "05000000FFFFFFFF00000080", 5f, 4294967296f, 2147483648f)]
    [InlineData("I16", "0080FF7FFFFF", -32768f, 32767f, -1f)]
    [InlineData("U16", "FFFF00800100", 65535f, 32768f, 1f)]
    [InlineData("I8", "807FFF", -128f, 127f, -1f)]
    [InlineData("U8", "FF8001", 255f, 128f, 1f)]
    [InlineData("BOOL", "0001", 0f, 1f)]
    public void Converts_to_single_precision(string type, string bytes, params float[] expected)
    {
        // Vectors, their remainders and the pieces of 1,024 take different paths: one value, an odd handful, and several pieces.
        foreach (int repeats in (int[])[1, 3, 700])
        {
            byte[] data = [.. Enumerable.Repeat(Convert.FromHexString(bytes), repeats).SelectMany(b => b)];
            long length = (long)expected.Length * repeats;

            // One byte before the tensor puts all its elements at odd addresses, or a longer name's header does.
            foreach (string name in (string[])["a", "ab"])
            {
                using var file = SafeTensorsFile.Read(SafeTensorsBytes.Of(new RawTensor(name, "U8", [1], [9]), new RawTensor("x", type, [length], data)));
                float[] values = file.ReadSingles("x");
                Assert.Equal(length, values.Length);
                for (int i = 0; i < values.Length; i++)
                    AssertSame(expected[i % expected.Length], values[i]);
            }
        }
    }

    [Fact]
    public void Every_half_and_every_bfloat16_is_read_as_what_its_bits_say()
    {
        byte[] all = [.. Enumerable.Range(0, 1 << 16).SelectMany(i => BitConverter.GetBytes((ushort)i))];
        using var file = SafeTensorsFile.Read(SafeTensorsBytes.Of(new RawTensor("h", "F16", [256, 256], all), new RawTensor("b", "BF16", [1 << 16], all)));
        (float[] halves, float[] brains) = (file.ReadSingles("h"), file.ReadSingles("b"));
        for (int bits = 0; bits < 1 << 16; bits++)
        {
            AssertSame(Value(bits, exponentBits: 5, fractionBits: 10), halves[bits]);
            AssertSame(Value(bits, exponentBits: 8, fractionBits: 7), brains[bits]);
        }
    }

    /// <summary>IEEE 754, clause 3.4, word for word.</summary>
    private static float Value(int bits, int exponentBits, int fractionBits)
    {
        int exponent = bits >> fractionBits & ((1 << exponentBits) - 1);
        int fraction = bits & ((1 << fractionBits) - 1);
        int bias = (1 << (exponentBits - 1)) - 1;
        double magnitude = exponent == (1 << exponentBits) - 1
            ? fraction == 0 ? double.PositiveInfinity : double.NaN
            : exponent == 0
                ? Math.ScaleB(fraction, 1 - bias - fractionBits)
                : Math.ScaleB(fraction + (1 << fractionBits), exponent - bias - fractionBits);
        return (float)(bits >> 15 == 1 ? -magnitude : magnitude);
    }

    private static void AssertSame(float expected, float actual)
    {
        // Bits, so that -0 is told from 0; a NaN may be any NaN.
        if (float.IsNaN(expected))
            Assert.True(float.IsNaN(actual));
        else
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual));
    }
}
