using System.Buffers.Binary;
using System.IO.Compression;

namespace SeGen.Sample.Data;

/// <summary>
/// A tensor of bytes in the format of MNIST: two zero bytes, the type (8: unsigned byte), the number of dimensions, each dimension as a
/// big-endian int32, then the values. A file that begins as gzip is unpacked first.
/// </summary>
/// <remarks>http://yann.lecun.com/exdb/mnist, "The IDX file format".</remarks>
internal sealed class IdxFile
{
    private const byte UnsignedByte = 8;

    private IdxFile(string path, int[] shape, byte[] values) => (Path, Shape, Values) = (path, shape, values);

    public string Path { get; }

    /// <summary>Sizes, outermost first.</summary>
    public int[] Shape { get; }

    public byte[] Values { get; }

    /// <param name="path">The file.</param>
    /// <param name="dimensions">How many dimensions it must have: 3 for images, 1 for labels.</param>
    /// <exception cref="SampleException">The file is no such tensor; the message says what is wrong.</exception>
    public static IdxFile Load(string path, int dimensions)
    {
        byte[] bytes = Unpacked(path);
        if (bytes.Length < 4)
            throw new SampleException($"{path}: {bytes.Length} bytes are too few for an IDX file, which begins with four.");

        if (bytes[0] != 0 || bytes[1] != 0 || bytes[2] != UnsignedByte || bytes[3] != dimensions)
        {
            throw new SampleException(
                $"{path}: the file begins with 0x{BinaryPrimitives.ReadUInt32BigEndian(bytes):x8}; an IDX file of bytes with {dimensions} dimension{(dimensions == 1 ? "" : "s")} begins with 0x{UnsignedByte << 8 | dimensions:x8}.");
        }

        int start = 4 + 4 * dimensions;
        if (bytes.Length < start)
            throw new SampleException($"{path}: the file ends within its header, after {bytes.Length} of {start} bytes.");

        int[] shape = new int[dimensions];
        long length = 1;
        for (int i = 0; i < dimensions; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 + 4 * i));
            if (shape[i] < 1)
                throw new SampleException($"{path}: dimension {i} is {shape[i]}; it must be at least 1.");

            // No product of files that fit into memory comes near the limit of long.
            length = Math.Min(length * shape[i], int.MaxValue * 2L);
        }

        return bytes.Length - start == length
            ? new IdxFile(path, shape, bytes[start..])
            : throw new SampleException($"{path}: [{string.Join(", ", shape)}] needs {(length >= int.MaxValue * 2L ? "more than 2^32" : $"{length:N0}")} bytes after the header; the file has {bytes.Length - start:N0}.");
    }

    private static byte[] Unpacked(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (!bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
            return bytes;

        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            gzip.CopyTo(unpacked);
            return unpacked.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new SampleException($"{path} begins as gzip, but cannot be unpacked: {e.Message}");
        }
    }
}
