using System.Text.Json;
using System.Text.Unicode;

namespace SeGen;

/// <summary>
/// Reads the JSON header of a safetensors file and refuses every fault with a message of its own. What can be refused at the first
/// tensor that shows it is: a hostile header of many tensors costs no more than reading it up to there.
/// </summary>
/// <remarks>https://github.com/huggingface/safetensors#format</remarks>
internal sealed class SafeTensorsHeader
{
    /// <summary>The longest header that the format allows.</summary>
    public const long MaxLength = 100_000_000;

    /// <summary>More tensors than any model has; beyond it the names alone would cost a hundred megabytes.</summary>
    public const int MaxTensors = 1 << 17;

    /// <summary>Far more strings than anybody notes about a model; for the same reason.</summary>
    public const int MaxMetadata = 1 << 16;

    private readonly string _file;

    // Null where only the end of a stream tells.
    private readonly long? _dataLength;

    // Sorted, not hashed: a file chooses its offsets, and could choose those that a hash table handles in quadratic time.
    private readonly SortedSet<long> _starts = [];
    private long _total;

    private SafeTensorsHeader(string file, long? dataLength)
    {
        _file = file;
        _dataLength = dataLength;
    }

    public Dictionary<string, TensorInfo> Tensors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes of all tensors together.</summary>
    public long DataLength => _total;

    /// <summary>
    /// Reads a header of N bytes that is followed by the given number of bytes of data, or by a number that nobody knows yet.
    /// </summary>
    public static SafeTensorsHeader Parse(string file, ReadOnlySpan<byte> json, long? dataLength)
    {
        if (json.StartsWith("\uFEFF"u8))
            throw new SafeTensorsException(
                file, null, "the header begins with a byte-order mark, which JSON may not have; write it without one");

        if (!Utf8.IsValid(json))
            throw new SafeTensorsException(file, null, "the header is not UTF-8");

        var header = new SafeTensorsHeader(file, dataLength);
        try
        {
            header.Read(json);
        }
        catch (JsonException e)
        {
            // Where, and no more: the reader's own message can quote the header to its end.
            throw new SafeTensorsException(
                file, null, $"the header is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }

        header.CheckContiguous();
        return header;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
        Expect(ref reader, JsonTokenType.StartObject, null, "the header must be an object");
        bool hasMetadata = false;
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            string name = Text(ref reader, null);
            if (name == "__metadata__")
            {
                if (hasMetadata)
                    throw new SafeTensorsException(_file, null, "__metadata__ stands twice in the header");

                hasMetadata = true;
                ReadMetadata(ref reader);
                continue;
            }

            if (Tensors.ContainsKey(name))
                throw new SafeTensorsException(_file, name, "stands twice in the header");

            if (Tensors.Count == MaxTensors)
                throw new SafeTensorsException(_file, null, $"there are more than {MaxTensors:N0} tensors");

            TensorInfo tensor = ReadTensor(ref reader, name);
            CheckRoom(tensor);
            Tensors.Add(name, tensor);
        }

        // Anything but white space behind the object makes the reader throw.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, null, "__metadata__ must be an object");
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            string key = Text(ref reader, null);
            Expect(ref reader, JsonTokenType.String, null, $"__metadata__ must map strings to strings; \"{key}\" is none");
            if (!Metadata.TryAdd(key, Text(ref reader, null)))
                throw new SafeTensorsException(_file, null, $"\"{key}\" stands twice in __metadata__");

            if (Metadata.Count > MaxMetadata)
                throw new SafeTensorsException(_file, null, $"there are more than {MaxMetadata:N0} strings in __metadata__");
        }
    }

    private TensorInfo ReadTensor(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        long[]? shape = null;
        (long Begin, long End)? offsets = null;

        Expect(ref reader, JsonTokenType.StartObject, name, "must be an object with dtype, shape and data_offsets");
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            string property = Text(ref reader, name);
            bool twice = property switch
            {
                "dtype" => type is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => throw new SafeTensorsException(_file, name, $"has the unknown property \"{property}\""),
            };
            if (twice)
                throw new SafeTensorsException(_file, name, $"has \"{property}\" twice");

            if (property == "dtype")
            {
                Expect(ref reader, JsonTokenType.String, name, "dtype must be a string");
                type = Text(ref reader, name);
            }
            else if (property == "shape")
            {
                shape = [.. ReadIntegers(ref reader, name, "shape")];
            }
            else
            {
                offsets = ReadIntegers(ref reader, name, "data_offsets") is [long begin, long end]
                    ? (begin, end)
                    : throw new SafeTensorsException(_file, name, "data_offsets must be two numbers");
            }
        }

        if (type is null || shape is null || offsets is null)
            throw new SafeTensorsException(_file, name, $"has no {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");

        if (offsets.Value.End < offsets.Value.Begin)
            throw new SafeTensorsException(_file, name, $"data_offsets end before they begin ({offsets.Value.Begin}, {offsets.Value.End})");

        (TensorType read, int bits) = TensorTypes.Of(type)
            ?? throw new SafeTensorsException(_file, name, $"has the dtype {type}, which is no name of a type");
        long bytes = offsets.Value.End - offsets.Value.Begin;
        if (ByteLength(name, bits, shape) is { } needed && bytes != needed)
            throw new SafeTensorsException(
                _file, name, $"has {bytes:N0} bytes of data where {type} [{string.Join(", ", shape)}] needs {needed:N0}");

        return new TensorInfo(name, type, read, shape, offsets.Value.Begin, bytes);
    }

    private List<long> ReadIntegers(ref Utf8JsonReader reader, string name, string property)
    {
        // No tensor has more dimensions; a hostile list ends here and not in memory.
        const int MaxRank = 64;

        Expect(ref reader, JsonTokenType.StartArray, name, $"{property} must be an array of numbers");
        var values = new List<long>(4);
        while (Next(ref reader) != JsonTokenType.EndArray)
        {
            // A minus is refused by itself: -0 is a number to the reader, and a float to every other one.
            if (reader.TokenType != JsonTokenType.Number || reader.ValueSpan[0] == '-' || !reader.TryGetInt64(out long value))
                throw new SafeTensorsException(_file, name, $"{property} must hold whole numbers from 0 to 2^63 - 1");

            if (values.Count == MaxRank)
                throw new SafeTensorsException(_file, name, $"{property} has more than {MaxRank} numbers");

            values.Add(value);
        }

        return values;
    }

    /// <summary>The bytes that a tensor must have, or null where the size of its type is not known.</summary>
    private long? ByteLength(string name, int bits, long[] shape)
    {
        long values = 1, bytes = Math.Max(1, bits / 8);
        try
        {
            foreach (long size in shape)
                (values, bytes) = (checked(values * size), checked(bytes * size));
        }
        catch (OverflowException e)
        {
            // A later 0 would make the product 0; an overflow on the way is refused all the same, as other readers do.
            throw new SafeTensorsException(_file, name, $"the shape [{string.Join(", ", shape)}] has more bytes than can be counted", e);
        }

        if (bits == 0)
            return null;

        Int128 all = (Int128)values * bits;
        return all % 8 == 0
            ? (long)(all / 8)
            : throw new SafeTensorsException(
                _file, name, $"the shape [{string.Join(", ", shape)}] does not fill whole bytes with values of {bits} bits");
    }

    /// <summary>
    /// What can be said of one tensor before the others are known: it ends within the data, and starts where no other does.
    /// </summary>
    private void CheckRoom(TensorInfo tensor)
    {
        if (_dataLength is { } known && (tensor.Offset > known || tensor.ByteLength > known - tensor.Offset))
            throw new SafeTensorsException(
                _file, tensor.Name,
                $"its data ends at {tensor.Offset + tensor.ByteLength:N0}, past the {known:N0} bytes that the file has");

        if (tensor.ByteLength == 0)
            return;

        if (_total > long.MaxValue - tensor.ByteLength)
            throw new SafeTensorsException(_file, tensor.Name, "all tensors together have more bytes than can be counted");

        _total += tensor.ByteLength;
        if (!_starts.Add(tensor.Offset) || _total > _dataLength)
            throw new SafeTensorsException(_file, tensor.Name, "its data overlaps another tensor's");
    }

    private void CheckContiguous()
    {
        TensorInfo[] sorted = [.. Tensors.Values];
        Array.Sort(sorted, static (a, b) => (a.Offset, a.ByteLength).CompareTo((b.Offset, b.ByteLength)));
        long at = 0;
        foreach (TensorInfo tensor in sorted)
        {
            if (tensor.Offset != at)
                throw new SafeTensorsException(
                    _file, tensor.Name,
                    tensor.Offset > at
                        ? $"there is a hole of {tensor.Offset - at:N0} bytes before its data"
                        : "its data overlaps another tensor's");

            at += tensor.ByteLength;
        }

        if (_dataLength is { } known && at != known)
            throw new SafeTensorsException(_file, null, $"there are {known - at:N0} bytes after the last tensor");
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string? tensor, string fault)
    {
        if (Next(ref reader) != type)
            throw new SafeTensorsException(_file, tensor, fault);
    }

    /// <summary>The name or string at which the reader stands.</summary>
    private string Text(ref Utf8JsonReader reader, string? tensor)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // Valid JSON to the reader, which takes an escape for what it is.
            throw new SafeTensorsException(_file, tensor, "the header has a string that is no text (a lone surrogate)", e);
        }
    }

    private JsonTokenType Next(ref Utf8JsonReader reader)
        => reader.Read() ? reader.TokenType : throw new SafeTensorsException(_file, null, "the header ends too early");
}
