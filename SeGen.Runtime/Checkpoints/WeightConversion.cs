using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SeGen;

/// <summary>Floats to the bytes of a type, little-endian, rounded to the nearest value and to even between two.</summary>
internal static class WeightConversion
{
    private const int Piece = 1 << 13;

    // Half of the last place of the largest Half further out, what is finite would become infinite.
    private const float LargestHalf = 65504f, FirstInfinite = 65520f;

    /// <summary>That no finite value becomes infinite; before a byte is written.</summary>
    /// <exception cref="InvalidOperationException">One does; the message names it.</exception>
    public static void CheckRange(TensorToWrite tensor, string path)
    {
        if (tensor.Integer is not null || tensor.Type == WeightType.F32)
            return;

        (float limit, float largest, string wider) = tensor.Type == WeightType.F16
            ? (FirstInfinite, LargestHalf, "BF16 or F32")
            : (BitConverter.UInt32BitsToSingle(0x7F7F8000), BitConverter.UInt32BitsToSingle(0x7F7F0000), "F32");
        foreach (float value in tensor.Values.Span)
        {
            if (MathF.Abs(value) >= limit && float.IsFinite(value))
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} was not written: {tensor.Name} has the value {value}, and {tensor.Type} ends at {largest}; save as {wider}."));
        }
    }

    /// <summary>Writes the values of a tensor of floats.</summary>
    public static void Write(Stream stream, TensorToWrite tensor)
    {
        if (tensor.Type == WeightType.F32 && BitConverter.IsLittleEndian)
        {
            WriteBytes(stream, tensor.Values.Span);
            return;
        }

        byte[] bytes = new byte[Math.Min(Piece, tensor.Values.Length) * tensor.Size];
        for (ReadOnlySpan<float> rest = tensor.Values.Span; !rest.IsEmpty; rest = rest[Math.Min(Piece, rest.Length)..])
        {
            int count = Math.Min(Piece, rest.Length);
            for (int i = 0; i < count; i++)
            {
                if (tensor.Type == WeightType.F32)
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), rest[i]);
                else
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)), Bits(rest[i], tensor.Type));
            }

            stream.Write(bytes.AsSpan(0, count * tensor.Size));
        }
    }

    /// <summary>The bits of a value in a type of 16 bits.</summary>
    internal static ushort Bits(float value, WeightType type)
    {
        if (type == WeightType.F16)
            return BitConverter.HalfToUInt16Bits((Half)value);

        uint bits = BitConverter.SingleToUInt32Bits(value);

        // A payload in the lower half alone would be cut to an infinity.
        return float.IsNaN(value) ? (ushort)(bits >> 16 | 0x40) : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    /// <summary>In pieces, since the bytes of a tensor can outnumber what one span reaches.</summary>
    private static void WriteBytes(Stream stream, ReadOnlySpan<float> values)
    {
        const int Floats = 1 << 24;
        for (; !values.IsEmpty; values = values[Math.Min(Floats, values.Length)..])
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(Floats, values.Length)]));
    }
}
