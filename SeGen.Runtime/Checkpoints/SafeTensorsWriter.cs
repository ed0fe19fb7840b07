using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SeGen;

/// <summary>A tensor to write: in single precision, or one integer.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Values">The values of a tensor of floats.</param>
/// <param name="Integer">The value of a scalar of 64 bits, instead of floats.</param>
internal sealed record TensorToWrite(string Name, int[] Shape, ReadOnlyMemory<float> Values, long? Integer = null)
{
    public long Bytes => Integer is null ? (long)Values.Length * sizeof(float) : sizeof(long);
}

/// <summary>
/// Writes safetensors strictly: __metadata__ first, then the tensors, the widest type first and then by name, the header padded with spaces to a multiple of 8 bytes.
/// </summary>
internal static class SafeTensorsWriter
{
    private const int HeaderAlignment = 8;

    /// <summary>
    /// Writes a file beside the one that may be there and renames it over that once it is complete and on the disk: whatever happens
    /// on the way, one of the two is there whole.
    /// </summary>
    public static void Write(string path, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            Replace(Target(path), tensors, metadata);
        }
        catch (UnauthorizedAccessException e)
        {
            // A directory of that name, or a right that is missing: to the caller one more way in which a file cannot be written.
            throw new IOException($"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Writes to a stream.</summary>
    public static void Write(Stream stream, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TensorToWrite[] sorted = [.. tensors.OrderBy(t => t.Integer is null).ThenBy(t => t.Name, StringComparer.Ordinal)];
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
                WriteValues(stream, tensor.Values.Span);
            }
        }
    }

    private static void Replace(string target, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        string temporary = $"{target}.{Path.GetRandomFileName()}.tmp";

        // Outside the try: where it cannot be created there is nothing to clean up.
        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            using (stream)
            {
                Write(stream, tensors, metadata);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The file behind a symbolic link, so that the link stays one; else the path itself.</summary>
    private static string Target(string path)
    {
        // LinkTarget is null for a file that does not exist yet; ResolveLinkTarget alone would throw.
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
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
        json.WriteString("dtype", tensor.Integer is null ? "F32" : "I64");
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

    private static void WriteValues(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (float value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }
}
