using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SeGen;

/// <summary>
/// Little-endian elements of any type to floats. The bytes may lie at any address: they are copied to aligned storage first.
/// </summary>
internal static class TensorConversion
{
    private const int Piece = 1024;

    public static void ToSingles(TensorType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        switch (type)
        {
            case TensorType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                if (!BitConverter.IsLittleEndian)
                    BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, uint>(values), MemoryMarshal.Cast<float, uint>(values));
                break;
            case TensorType.F16:
                Each<Half>(bytes, values, static (from, to) => TensorPrimitives.ConvertToSingle(from, to));
                break;
            case TensorType.BF16:
                Each<ushort>(bytes, values, static (from, to) =>
                {
                    for (int i = 0; i < from.Length; i++)
                        to[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
                });
                break;
            case TensorType.F64:
                Each<double>(bytes, values, Convert);
                break;
            case TensorType.I64:
                Each<long>(bytes, values, Convert);
                break;
            case TensorType.U64:
                Each<ulong>(bytes, values, Convert);
                break;
            case TensorType.I32:
                Each<int>(bytes, values, Convert);
                break;
            case TensorType.U32:
                Each<uint>(bytes, values, Convert);
                break;
            case TensorType.I16:
                Each<short>(bytes, values, Convert);
                break;
            case TensorType.U16:
                Each<ushort>(bytes, values, Convert);
                break;
            case TensorType.I8:
                Each<sbyte>(bytes, values, Convert);
                break;
            default:
                TensorPrimitives.ConvertTruncating(bytes, values);
                break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<T> from, Span<float> to)
        where T : unmanaged, System.Numerics.INumberBase<T>
        => TensorPrimitives.ConvertTruncating(from, to);

    private static void Each<T>(ReadOnlySpan<byte> bytes, Span<float> values, Conversion<T> convert)
        where T : unmanaged
    {
        Span<T> piece = stackalloc T[Piece];
        int size = Unsafe.SizeOf<T>();
        while (values.Length > 0)
        {
            int count = Math.Min(values.Length, Piece);
            bytes[..(count * size)].CopyTo(MemoryMarshal.AsBytes(piece));
            if (!BitConverter.IsLittleEndian)
                Reverse(MemoryMarshal.AsBytes(piece[..count]), size);

            convert(piece[..count], values[..count]);
            bytes = bytes[(count * size)..];
            values = values[count..];
        }
    }

    private static void Reverse(Span<byte> bytes, int size)
    {
        for (int i = 0; i < bytes.Length; i += size)
            bytes.Slice(i, size).Reverse();
    }

    private delegate void Conversion<T>(ReadOnlySpan<T> from, Span<float> to);
}
