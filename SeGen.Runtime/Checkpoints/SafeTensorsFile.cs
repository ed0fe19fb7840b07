using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace SeGen;

/// <summary>
/// A safetensors file for reading: its tensors by name, and their values as floats. The whole header is checked before anything is
/// handed out (https://github.com/huggingface/safetensors#format).
/// </summary>
public sealed class SafeTensorsFile : IDisposable
{
    private readonly ByteSource _source;
    private readonly SafeTensorsHeader _header;
    private readonly long _dataStart;

    private SafeTensorsFile(string name, ByteSource source)
    {
        Name = name;
        _source = source;
        try
        {
            (_header, _dataStart) = ReadHeader(name, source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The file's path, or how it was given: for messages.</summary>
    public string Name { get; }

    /// <summary>The tensors, in no particular order.</summary>
    public IReadOnlyCollection<TensorInfo> Tensors => _header.Tensors.Values;

    /// <summary>The strings under __metadata__.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Maps a file into memory; tensors are read from it as they are asked for.</summary>
    /// <exception cref="SafeTensorsException">The file is broken.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafeTensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new SafeTensorsFile(path, MappedBytes.Open(path));
    }

    /// <summary>Reads a stream from its position to its end; the stream stays open.</summary>
    /// <exception cref="SafeTensorsException">What the stream holds is broken.</exception>
    public static SafeTensorsFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        string name = stream is FileStream file ? file.Name : "the stream";

        // Grows with what really comes, never with what a header claims.
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return new SafeTensorsFile(name, new MemoryBytes(bytes.GetBuffer().AsMemory(0, (int)bytes.Length)));
    }

    /// <summary>Reads bytes in memory, which must not change while this is used.</summary>
    /// <exception cref="SafeTensorsException">The bytes are broken.</exception>
    public static SafeTensorsFile Read(ReadOnlyMemory<byte> memory) => new("the memory", new MemoryBytes(memory));

    /// <summary>Finds a tensor by its key.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorInfo? tensor) => _header.Tensors.TryGetValue(name, out tensor);

    /// <summary>Reads all values of a tensor as floats; F16, BF16, F64 and integers are converted.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="values">Where they go; exactly as long as the tensor.</param>
    /// <exception cref="ArgumentException">The tensor is another file's, or the span's length is not the tensor's.</exception>
    public void ReadSingles(TensorInfo tensor, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!TryGet(tensor.Name, out TensorInfo? own) || own != tensor)
            throw new ArgumentException($"{tensor} is no tensor of {Name}.", nameof(tensor));

        if (values.Length != tensor.Length)
            throw new ArgumentException($"{tensor} has {tensor.Length:N0} values; the span has room for {values.Length:N0}.", nameof(values));

        int size = TensorInfo.SizeOf(tensor.Type);

        // In pieces, since the bytes of a tensor can outnumber what one span reaches.
        const int Piece = 1 << 24;
        for (long at = _dataStart + tensor.Offset; !values.IsEmpty; at += (long)Piece * size)
        {
            Span<float> piece = values[..Math.Min(Piece, values.Length)];
            TensorConversion.ToSingles(tensor.Type, _source.Slice(at, piece.Length * size), piece);
            values = values[piece.Length..];
        }
    }

    /// <summary>Reads the only value of a tensor of integers.</summary>
    internal long ReadInt64(TensorInfo tensor)
        => System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(_source.Slice(_dataStart + tensor.Offset, sizeof(long)));

    /// <summary>Reads all values of a tensor as floats.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="SafeTensorsException">The tensor has more values than an array can hold.</exception>
    public float[] ReadSingles(string name)
    {
        if (!TryGet(name, out TensorInfo? tensor))
            throw new KeyNotFoundException($"{Name} has no tensor \"{name}\"; it has {string.Join(", ", Tensors.Select(t => t.Name).Order(StringComparer.Ordinal).Take(20))}.");

        if (tensor.Length > Array.MaxLength)
            throw new SafeTensorsException(Name, name, $"has {tensor.Length:N0} values, more than an array can hold");

        float[] values = new float[tensor.Length];
        ReadSingles(tensor, values);
        return values;
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _source.Dispose();

    private static (SafeTensorsHeader Header, long DataStart) ReadHeader(string name, ByteSource source)
    {
        if (source.Length < sizeof(ulong))
            throw new SafeTensorsException(name, null, $"has {source.Length} bytes; a safetensors file begins with the 8 of its header's length");

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(source.Slice(0, sizeof(ulong)));
        if (length > SafeTensorsHeader.MaxLength)
            throw new SafeTensorsException(name, null, $"claims a header of {length:N0} bytes; at most {SafeTensorsHeader.MaxLength:N0} are allowed");

        long dataStart = sizeof(ulong) + (long)length;
        if (dataStart > source.Length)
            throw new SafeTensorsException(name, null, $"claims a header of {length:N0} bytes; only {source.Length - sizeof(ulong):N0} follow");

        return (SafeTensorsHeader.Parse(name, source.Slice(sizeof(ulong), (int)length), source.Length - dataStart), dataStart);
    }
}
