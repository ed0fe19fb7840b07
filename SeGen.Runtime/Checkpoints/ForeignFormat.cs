namespace SeGen;

/// <summary>What a file is that is no safetensors, by its first bytes, and what to do with it.</summary>
internal static class ForeignFormat
{
    /// <summary>How many bytes are looked at.</summary>
    public const int Seen = 512;

    private const string ToSafeTensors =
        "convert it once in Python: safetensors.torch.save_file(torch.load(FILE, map_location=\"cpu\", weights_only=True), "
        + "\"model.safetensors\"), where the file holds a state_dict";

    /// <summary>What the file is and what to do, as a sentence without its full stop; or null.</summary>
    public static string? Of(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith("PK\x03\x04"u8))
            return Zip(first);

        // Protocols 2 to 5 of pickle begin so; torch.save of old writes a number behind it.
        if (first.Length > 2 && first[0] == 0x80 && first[1] is >= 2 and <= 5)
            return $"is a Python pickle, as PyTorch before 1.6 saved checkpoints; {ToSafeTensors}";

        if (first.StartsWith("version https://git-lfs"u8))
            return "is a pointer of git-lfs and not the file itself; run git lfs pull, or download the file";

        if (first.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return "is compressed by gzip; unpack it first";

        if (first.StartsWith("BZh"u8) || first.StartsWith((ReadOnlySpan<byte>)[0xFD, .. "7zXZ"u8])
            || first.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]))
            return "is compressed; unpack it first";

        if (first.StartsWith("GGUF"u8))
            return "is GGUF, the format of llama.cpp; get the model as safetensors";

        if (first.StartsWith((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8]))
            return "is a NumPy array; save a dictionary of arrays with safetensors.numpy.save_file instead";

        if (first.StartsWith((ReadOnlySpan<byte>)[0x89, .. "HDF\r\n"u8]))
            return "is HDF5, as Keras saves weights; load it there and save its arrays with safetensors.numpy.save_file";

        if (first.Length >= 262 && first[257..].StartsWith("ustar"u8))
            return "is a tar archive; unpack it first";

        return Text(first) ?? Onnx(first);
    }

    private static string Zip(ReadOnlySpan<byte> first)
    {
        if (first.IndexOf("data.pkl"u8) >= 0 || first.IndexOf("/version"u8) >= 0 || first.IndexOf("archive/"u8) >= 0)
            return $"is a PyTorch checkpoint, a zip of pickled tensors; {ToSafeTensors}";

        return first.IndexOf(".npy"u8) >= 0
            ? "is a NumPy archive (.npz); save its arrays with safetensors.numpy.save_file"
            : $"is a zip archive; if PyTorch saved it, {ToSafeTensors}; else unpack it first";
    }

    private static string? Text(ReadOnlySpan<byte> first)
    {
        bool hasMark = first.StartsWith("\uFEFF"u8);
        ReadOnlySpan<byte> text = (hasMark ? first[3..] : first).TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] is not ((byte)'<' or (byte)'{' or (byte)'['))
            return hasMark ? "is text that begins with a byte-order mark, no safetensors" : null;

        // A header's length is a text's first letters only by chance: text goes on with more of it.
        for (int i = 0; i < Math.Min(text.Length, sizeof(ulong)); i++)
        {
            if (text[i] is < (byte)' ' and not ((byte)'\t' or (byte)'\r' or (byte)'\n'))
                return null;
        }

        return text[0] == '<'
            ? "is a web page (HTML or XML), as a download that was refused leaves behind; download the file itself"
            : "is JSON; name the file of weights, or the index of its shards, model.safetensors.index.json";
    }

    /// <summary>ONNX' ModelProto: the version of its format, then a field of text or bytes (onnx.proto).</summary>
    private static string? Onnx(ReadOnlySpan<byte> first)
        => first.Length > 3 && first[0] == 0x08 && first[1] is > 0 and < 32 && first[2] is 0x12 or 0x1A or 0x22 or 0x3A or 0x42
            ? "is an ONNX model, which holds a graph with its weights; export the state_dict of the model it was made from as safetensors"
            : null;
}
