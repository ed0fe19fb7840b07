using System.Buffers.Binary;
using System.Text;

namespace SeGen.Tests.Checkpoints;

/// <summary>One tensor to put into a file that a test writes by hand.</summary>
internal sealed record RawTensor(string Name, string Type, long[] Shape, byte[] Data)
{
    public static RawTensor Floats(string name, long[] shape, params float[] values)
        => new(name, "F32", shape, [.. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>Values 1, 2, 3... times a factor, as many as the shape holds.</summary>
    public static RawTensor Counting(string name, long[] shape, float factor)
        => Floats(name, shape, [.. Enumerable.Range(1, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => i * factor)]);
}

/// <summary>Writes safetensors without the product's writer, faults included.</summary>
internal static class SafeTensorsBytes
{
    public static byte[] Of(string header, int dataLength) => Of(Encoding.UTF8.GetBytes(header), new byte[dataLength]);

    public static byte[] Of(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        byte[] bytes = new byte[sizeof(ulong) + header.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes.AsSpan(sizeof(ulong)));
        data.CopyTo(bytes.AsSpan(sizeof(ulong) + header.Length));
        return bytes;
    }

    /// <summary>A sound file with the tensors in the given order.</summary>
    public static byte[] Of(params RawTensor[] tensors)
    {
        var header = new StringBuilder("{");
        int at = 0;
        foreach (RawTensor t in tensors)
        {
            header.Append(at == 0 && header.Length == 1 ? "" : ",");
            header.Append($"\"{t.Name}\":{{\"dtype\":\"{t.Type}\",\"shape\":[{string.Join(',', t.Shape)}],");
            header.Append($"\"data_offsets\":[{at},{at + t.Data.Length}]}}");
            at += t.Data.Length;
        }

        return Of(Encoding.UTF8.GetBytes(header.Append('}').ToString()), [.. tensors.SelectMany(t => t.Data)]);
    }
}

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("segen-checkpoints-");

    public string Path => _directory.FullName;

    public string[] Files => [.. _directory.GetFiles().Select(f => f.Name).Order(StringComparer.Ordinal)];

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
