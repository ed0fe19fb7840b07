using System.Text.Json;

namespace SeGen;

/// <summary>
/// The index of a checkpoint in several files, as the Hugging Face Hub keeps large models: {"metadata": ..., "weight_map": {tensor: file}}.
/// The files lie beside it.
/// </summary>
internal static class ShardIndex
{
    private const string Suffix = ".index.json";
    private const long MaxLength = 100_000_000;

    // More files than any model has; each is opened.
    private const int MaxShards = 1000;

    /// <summary>Whether a path is that of an index.</summary>
    public static bool IsIndex(string path) => path.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens every shard and checks that the tensors are where the index says.</summary>
    /// <exception cref="SafeTensorsException">The index or a shard is broken, or they do not belong together.</exception>
    public static SafeTensorsPart[] Open(string path)
    {
        Dictionary<string, string> map = Read(path);
        var shards = new Dictionary<string, SafeTensorsPart>(StringComparer.Ordinal);
        try
        {
            foreach ((string tensor, string file) in map)
            {
                if (!shards.TryGetValue(file, out SafeTensorsPart? shard))
                    shards[file] = shard = OpenShard(path, file, shards.Count);

                if (!shard.Tensors.ContainsKey(tensor))
                    throw new SafeTensorsException(
                        path, tensor, $"should be in {file}, which does not have it; the shards are not those of this index");
            }

            Dictionary<string, string> seen = new(StringComparer.Ordinal);
            foreach ((string file, SafeTensorsPart shard) in shards)
            {
                foreach (string tensor in shard.Tensors.Keys)
                {
                    if (!seen.TryAdd(tensor, file))
                        throw new SafeTensorsException(path, tensor, $"is both in {seen[tensor]} and in {file}");
                }
            }

            return [.. shards.Values];
        }
        catch
        {
            foreach (SafeTensorsPart shard in shards.Values)
                shard.Dispose();

            throw;
        }
    }

    private static SafeTensorsPart OpenShard(string index, string file, int count)
    {
        // A name that leads out of the folder is an attack or a mistake, never a shard.
        if (file.Length == 0 || file is "." or ".." || file.AsSpan().IndexOfAny("/\\:\0") >= 0)
            throw new SafeTensorsException(
                index, null, $"names the shard \"{SafeTensorsException.Cut(file)}\"; shards lie in the index's own folder");

        if (count == MaxShards)
            throw new SafeTensorsException(index, null, $"names more than {MaxShards:N0} shards");

        string path = Path.Combine(Path.GetDirectoryName(index) ?? "", file);
        if (!File.Exists(path))
            throw new SafeTensorsException(index, null, $"names the shard {file}, which is not beside it; download it too");

        return new SafeTensorsPart(path, FileBytes.Open(path));
    }

    private static Dictionary<string, string> Read(string path)
    {
        using FileBytes file = FileBytes.Open(path);
        if (file.Length > MaxLength)
            throw new SafeTensorsException(path, null, $"has {file.Length:N0} bytes; an index of shards has at most {MaxLength:N0}");

        byte[] json = new byte[file.Length!.Value];
        ReadOnlySpan<byte> text = json.AsSpan(0, file.Read(0, json));
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..];

        try
        {
            return Parse(path, text);
        }
        catch (JsonException e)
        {
            throw new SafeTensorsException(path, null, $"the index is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException e)
        {
            throw new SafeTensorsException(path, null, "the index has a string that is no text (a lone surrogate)", e);
        }
    }

    private static Dictionary<string, string> Parse(string path, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 32 });
        Dictionary<string, string>? map = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new SafeTensorsException(path, null, "the index must be an object");

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMap = reader.ValueTextEquals("weight_map"u8);
            reader.Read();
            if (!isMap)
            {
                reader.Skip();
                continue;
            }

            if (map is not null || reader.TokenType != JsonTokenType.StartObject)
                throw new SafeTensorsException(path, null, "weight_map must be one object that maps tensors to files");

            map = ReadMap(path, ref reader);
        }

        // Anything but white space behind the object makes the reader throw.
        reader.Read();
        return map is { Count: > 0 }
            ? map
            : throw new SafeTensorsException(path, null, "has no weight_map, so that it is no index of shards");
    }

    private static Dictionary<string, string> ReadMap(string path, ref Utf8JsonReader reader)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string tensor = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                throw new SafeTensorsException(path, tensor, "weight_map must give the name of its file");

            if (!map.TryAdd(tensor, reader.GetString()!))
                throw new SafeTensorsException(path, tensor, "stands twice in weight_map");

            if (map.Count > SafeTensorsHeader.MaxTensors)
                throw new SafeTensorsException(path, null, $"there are more than {SafeTensorsHeader.MaxTensors:N0} tensors");
        }

        return map;
    }
}
