using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SeGen;

/// <summary>One file, stream or memory with tensors: its header, checked whole, and the bytes behind it.</summary>
internal sealed class SafeTensorsPart : IDisposable
{
    // Bytes of other types than F32 pass through a buffer of this length.
    private const int Piece = 1 << 17;

    private readonly ByteSource _source;
    private readonly SafeTensorsHeader _header;
    private readonly long _dataStart;

    /// <summary>Reads the header; the source is disposed of where that fails.</summary>
    /// <exception cref="SafeTensorsException">The bytes are broken, or of another format.</exception>
    public SafeTensorsPart(string name, ByteSource source)
    {
        (Name, _source) = (name, source);
        try
        {
            (_header, _dataStart) = ReadHeader(name, source);
            foreach (TensorInfo tensor in _header.Tensors.Values)
                tensor.Part = this;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public string Name { get; }

    public Dictionary<string, TensorInfo> Tensors => _header.Tensors;

    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Whether tensors must be read in the order of their offsets.</summary>
    public bool IsForwardOnly => _source.IsForwardOnly;

    /// <summary>Reads values as floats.</summary>
    public void ReadSingles(TensorInfo tensor, Span<float> values)
    {
        if (tensor.Type == TensorType.Other)
            throw new SafeTensorsException(
                Name, tensor.Name, $"has the dtype {tensor.TypeName}, which SeGen does not read; save it as F32, F16 or BF16");

        long at = _dataStart + tensor.Offset;
        if (tensor.Type == TensorType.F32 && BitConverter.IsLittleEndian)
        {
            // In pieces, since the bytes of a tensor can outnumber what one span reaches.
            const int Floats = 1 << 24;
            for (; !values.IsEmpty; values = values[Math.Min(Floats, values.Length)..], at += (long)Floats * sizeof(float))
                Fill(tensor, at, MemoryMarshal.AsBytes(values[..Math.Min(Floats, values.Length)]));

            return;
        }

        int size = TensorTypes.SizeOf(tensor.Type);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Piece, tensor.ByteLength));
        try
        {
            while (!values.IsEmpty)
            {
                int count = Math.Min(values.Length, Math.Min(Piece, buffer.Length) / size);
                Span<byte> bytes = buffer.AsSpan(0, count * size);
                Fill(tensor, at, bytes);
                TensorConversion.ToSingles(tensor.Type, bytes, values[..count]);
                values = values[count..];
                at += bytes.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads the only value of a tensor of 64-bit integers.</summary>
    public long ReadInt64(TensorInfo tensor)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Fill(tensor, _dataStart + tensor.Offset, bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>That a stream ends behind the last tensor, neither before nor after; of other sources the header has shown it.</summary>
    public void CheckEnd()
    {
        if (_source.Length is not null)
            return;

        long end = _dataStart + _header.DataLength;
        if (_source.Read(end, stackalloc byte[1]) > 0)
            throw new SafeTensorsException(Name, null, "there are bytes after the last tensor");

        if (_source.Length < end)
            throw new SafeTensorsException(
                Name, null, $"it ends {end - _source.Length:N0} bytes before the last tensor does; get it again");
    }

    public void Dispose() => _source.Dispose();

    private void Fill(TensorInfo tensor, long at, Span<byte> bytes)
    {
        int read;
        try
        {
            read = _source.Read(at, bytes);
        }
        catch (IOException e) when (e is not SafeTensorsException)
        {
            throw new SafeTensorsException(Name, tensor.Name, $"its data cannot be read: {e.Message.TrimEnd('.')}", e);
        }

        if (read < bytes.Length)
            throw new SafeTensorsException(
                Name, tensor.Name,
                $"its data ends {bytes.Length - read:N0} bytes early: the file was cut off, or truncated while it was read; get it again");
    }

    private static (SafeTensorsHeader Header, long DataStart) ReadHeader(string name, ByteSource source)
    {
        // The length, and enough to tell what another format's file is where a header fails.
        byte[] first = new byte[ForeignFormat.Seen];
        int seen = source.Read(0, first.AsSpan(0, sizeof(ulong)));
        if (seen == 0)
            throw new SafeTensorsException(name, null, "is empty; a download or a save that broke off leaves such a file");

        try
        {
            return seen == sizeof(ulong)
                ? ReadHeader(name, source, BinaryPrimitives.ReadUInt64LittleEndian(first))
                : throw new SafeTensorsException(
                    name, null, $"has {seen} bytes; a safetensors file begins with the 8 of its header's length");
        }
        catch (SafeTensorsException e)
        {
            // What a stream has given is gone; its first eight bytes tell most formats.
            if (!source.IsForwardOnly)
                seen = source.Read(0, first);

            if (ForeignFormat.Of(first.AsSpan(0, seen)) is { } format)
                throw new SafeTensorsException(name, null, format, e);

            throw;
        }
    }

    private static (SafeTensorsHeader Header, long DataStart) ReadHeader(string name, ByteSource source, ulong length)
    {
        if (length > SafeTensorsHeader.MaxLength)
            throw new SafeTensorsException(
                name, null, $"claims a header of {length:N0} bytes; at most {SafeTensorsHeader.MaxLength:N0} are allowed");

        long dataStart = sizeof(ulong) + (long)length;
        if (dataStart > source.Length)
            throw new SafeTensorsException(
                name, null, $"claims a header of {length:N0} bytes; only {source.Length - sizeof(ulong):N0} follow");

        long? dataLength = source.Length - dataStart;
        if (source.TryGetSpan(sizeof(ulong), (int)length, out ReadOnlySpan<byte> json))
            return (SafeTensorsHeader.Parse(name, json, dataLength), dataStart);

        byte[] header = ReadBytes(source, (int)length);
        return header.Length == (int)length
            ? (SafeTensorsHeader.Parse(name, header, dataLength), dataStart)
            : throw new SafeTensorsException(name, null, $"claims a header of {length:N0} bytes; only {header.Length:N0} follow");
    }

    /// <summary>The header's bytes, or those there are; memory grows with what comes, not with what is claimed.</summary>
    private static byte[] ReadBytes(ByteSource source, int length)
    {
        byte[] bytes = new byte[source.Length is null ? Math.Min(length, 1 << 14) : length];
        int read = 0;
        while (true)
        {
            int more = source.Read(sizeof(ulong) + read, bytes.AsSpan(read));
            read += more;
            if (read == length)
                return bytes;

            if (read < bytes.Length)
                return bytes[..read];

            Array.Resize(ref bytes, (int)Math.Min(length, 2L * bytes.Length));
        }
    }
}
