using System.Diagnostics.CodeAnalysis;

namespace SeGen;

/// <summary>
/// A safetensors file for reading, or several that an index holds together: its tensors by name, and their values as floats. Whole headers
/// are checked before anything is handed out (https://github.com/huggingface/safetensors#format). Several threads may read at once.
/// </summary>
public sealed class SafeTensorsFile : IDisposable
{
    private readonly SafeTensorsPart[] _parts;
    private readonly Dictionary<string, TensorInfo> _tensors;

    private SafeTensorsFile(string name, SafeTensorsPart[] parts)
    {
        (Name, _parts) = (name, parts);
        _tensors = parts.Length == 1
            ? parts[0].Tensors
            : parts.SelectMany(p => p.Tensors).ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal);
    }

    /// <summary>The file's path, or how it was given: for messages.</summary>
    public string Name { get; }

    /// <summary>The tensors, in no particular order.</summary>
    public IReadOnlyCollection<TensorInfo> Tensors => _tensors.Values;

    /// <summary>The strings under __metadata__; of several files those of the first.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _parts[0].Metadata;

    /// <summary>Whether tensors must be read in their order in the file.</summary>
    internal bool IsForwardOnly => _parts[0].IsForwardOnly;

    /// <summary>The tensors in the order in which they lie in the file or files.</summary>
    internal IEnumerable<TensorInfo> InOrder => _parts.SelectMany(p => p.Tensors.Values.OrderBy(t => t.Offset));

    /// <summary>
    /// Opens a file, or the shards of an index (<c>model.safetensors.index.json</c>). Tensors are read from it as they are asked for; a
    /// file that is truncated meanwhile gives an exception and never wrong values.
    /// </summary>
    /// <exception cref="SafeTensorsException">The file is broken or of another format; the message says what to do.</exception>
    /// <exception cref="IOException">The file cannot be opened, or is no regular file.</exception>
    public static SafeTensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new SafeTensorsFile(
            path, ShardIndex.IsIndex(path) ? ShardIndex.Open(path) : [new SafeTensorsPart(path, FileBytes.Open(path))]);
    }

    /// <summary>
    /// Reads a stream from its position to its end; the stream stays open. One that can seek is read as tensors are asked for, so that it
    /// must not be moved meanwhile; another is kept in memory.
    /// </summary>
    /// <exception cref="SafeTensorsException">What the stream holds is broken.</exception>
    public static SafeTensorsFile Read(Stream stream) => Read(stream, isForward: false);

    /// <summary>Reads bytes in memory, which must not change while this is used.</summary>
    /// <exception cref="SafeTensorsException">The bytes are broken.</exception>
    public static SafeTensorsFile Read(ReadOnlyMemory<byte> memory) => Of("the memory", new MemoryBytes(memory));

    /// <summary>Finds a tensor by its key.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorInfo? tensor) => _tensors.TryGetValue(name, out tensor);

    /// <summary>Reads all values of a tensor as floats; F16, BF16, F64 and integers are converted.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="values">Where they go; exactly as long as the tensor.</param>
    /// <exception cref="ArgumentException">The tensor is another file's, or the span's length is not the tensor's.</exception>
    /// <exception cref="SafeTensorsException">The tensor is of a type that is not read, or the file ends early or cannot be
    /// read.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed of.</exception>
    public void ReadSingles(TensorInfo tensor, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!TryGet(tensor.Name, out TensorInfo? own) || own != tensor)
            throw new ArgumentException($"{tensor} is no tensor of {Name}.", nameof(tensor));

        if (values.Length != tensor.Length)
            throw new ArgumentException(
                $"{tensor} has {tensor.Length:N0} values; the span has room for {values.Length:N0}.", nameof(values));

        tensor.Part!.ReadSingles(tensor, values);
    }

    /// <summary>Reads all values of a tensor as floats.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="SafeTensorsException">The tensor has more values than an array can hold, or is of a type that is not
    /// read.</exception>
    public float[] ReadSingles(string name)
    {
        if (!TryGet(name, out TensorInfo? tensor))
            throw new KeyNotFoundException(
                $"{Name} has no tensor \"{name}\"; it has {string.Join(", ", _tensors.Keys.Order(StringComparer.Ordinal).Take(20))}.");

        if (tensor.Length > Array.MaxLength)
            throw new SafeTensorsException(Name, name, $"has {tensor.Length:N0} values, more than an array can hold");

        float[] values = new float[tensor.Length];
        ReadSingles(tensor, values);
        return values;
    }

    /// <summary>Closes the file. What another thread reads meanwhile it gets, or an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        foreach (SafeTensorsPart part in _parts)
            part.Dispose();
    }

    /// <summary>A stream whose tensors will be read in their order, so that none need be kept.</summary>
    internal static SafeTensorsFile ReadForward(Stream stream) => Read(stream, isForward: true);

    /// <summary>Reads the only value of a tensor of integers of 64 bits.</summary>
    internal static long ReadInt64(TensorInfo tensor) => tensor.Part!.ReadInt64(tensor);

    /// <summary>After everything was read from a stream: that it ends there.</summary>
    internal void CheckEnd() => _parts[0].CheckEnd();

    private static SafeTensorsFile Read(Stream stream, bool isForward)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
            throw new ArgumentException("The stream cannot be read.", nameof(stream));

        if (stream is FileStream file)
            return Of(file.Name, file.CanSeek ? FileBytes.Rest(file) : Forward(stream, isForward));

        if (stream is MemoryStream memory && memory.TryGetBuffer(out ArraySegment<byte> bytes))
            return Of("the stream", new MemoryBytes(bytes.AsMemory((int)Math.Min(memory.Position, bytes.Count))));

        return Of("the stream", stream.CanSeek ? new StreamBytes(stream) : Forward(stream, isForward));
    }

    private static ByteSource Forward(Stream stream, bool isForward) => isForward ? new ForwardBytes(stream) : new BufferedBytes(stream);

    private static SafeTensorsFile Of(string name, ByteSource source)
    {
        var part = new SafeTensorsPart(name, source);
        var file = new SafeTensorsFile(name, [part]);

        // A stream that was kept is read to its end at once: what follows the last tensor is a fault of the file, not of a later read.
        if (!source.IsForwardOnly)
            file.CheckEnd();

        return file;
    }
}
