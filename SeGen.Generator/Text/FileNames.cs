using System.Text;

namespace SeGen.Generator.Text;

/// <summary>Names of generated files, which are written to disk where EmitCompilerGeneratedFiles asks for it.</summary>
internal static class FileNames
{
    // File systems allow 255 bytes; what stands behind the name must fit too.
    private const int LongestBytes = 200;

    /// <summary>A class's name as the beginning of a generated one's, which in metadata has its file's name before it.</summary>
    public static string Identifier(string name)
    {
        const int Longest = 200;
        string bare = name.TrimStart('@');
        return bare.Length <= Longest ? bare : $"{bare.Substring(0, Longest)}_{Numbers.StableHash(bare)}";
    }

    /// <summary>A name that a file can have: one that is too long is cut, with a hash of all of it so that it stays the only one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="exact">What a hash tells apart where another file's name could be taken for it; null where none can.</param>
    public static string Bounded(string name, string? exact = null)
    {
        if (exact is null && Encoding.UTF8.GetByteCount(name) <= LongestBytes)
            return name;

        string hash = Numbers.StableHash(exact ?? name);
        int length = name.Length;
        while (length > 0
            && (Encoding.UTF8.GetByteCount(name.Substring(0, length)) > LongestBytes || char.IsHighSurrogate(name[length - 1])))
            length--;

        return $"{name.Substring(0, length)}.{hash}";
    }
}
