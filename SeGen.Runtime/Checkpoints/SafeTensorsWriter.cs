using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SeGen;

/// <summary>A tensor to write: floats, or one integer.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Values">The values of a tensor of floats.</param>
/// <param name="Integer">The value of a scalar of 64 bits, instead of floats.</param>
internal sealed record TensorToWrite(string Name, int[] Shape, ReadOnlyMemory<float> Values, long? Integer = null)
{
    /// <summary>The type in which floats are written.</summary>
    public WeightType Type { get; init; }

    public string TypeName => Integer is null ? Type.ToString() : "I64";

    /// <summary>Bytes of an element.</summary>
    public int Size => Integer is not null ? sizeof(long) : Type == WeightType.F32 ? sizeof(float) : sizeof(ushort);

    public long Bytes => Integer is null ? (long)Values.Length * Size : sizeof(long);
}

/// <summary>
/// Writes safetensors strictly: __metadata__ first, then the tensors, the widest type first and then by name, the header padded with
/// spaces to a multiple of 8 bytes.
/// </summary>
internal static class SafeTensorsWriter
{
    private const int HeaderAlignment = 8;

    /// <summary>Writes a file; one that is there is replaced once the new one is complete and on the disk.</summary>
    public static void Write(string path, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TensorToWrite[] all = [.. tensors];
        foreach (TensorToWrite tensor in all)
            WeightConversion.CheckRange(tensor, path);

        AtomicFile.Write(path, stream => Write(stream, all, metadata));
    }

    /// <summary>Writes to a stream.</summary>
    public static void Write(Stream stream, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TensorToWrite[] sorted = [.. tensors.OrderByDescending(t => t.Size).ThenBy(t => t.Name, StringComparer.Ordinal)];
        byte[] header = Header(sorted, metadata);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (TensorToWrite tensor in sorted)
        {
            if (tensor.Integer is { } integer)
            {
                BinaryPrimitives.WriteInt64LittleEndian(length, integer);
                stream.Write(length);
            }
            else
            {
                WeightConversion.Write(stream, tensor);
            }
        }
    }

    private static byte[] Header(TensorToWrite[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);

                json.WriteEndObject();
            }

            long at = 0;
            foreach (TensorToWrite tensor in tensors)
            {
                long end = at + tensor.Bytes;
                WriteTensor(json, tensor, at, end);
                at = end;
            }

            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (HeaderAlignment - 1);
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorToWrite tensor, long begin, long end)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.TypeName);
        json.WriteStartArray("shape");
        foreach (int size in tensor.Shape)
            json.WriteNumberValue(size);

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
