namespace SeGen;

/// <summary>A safetensors file is broken. Nothing was read from it into a module.</summary>
public sealed class SafeTensorsException : IOException
{
    // A hostile file chooses its names, up to a hundred megabytes of them; a message is for a person.
    private const int LongestName = 200;
    private const int LongestFault = 2000;

    /// <summary>Says what is wrong, where.</summary>
    /// <param name="file">The file's path, or how it was given.</param>
    /// <param name="tensor">The tensor concerned, or null for the file as a whole.</param>
    /// <param name="fault">What is wrong, as a sentence without its full stop.</param>
    /// <param name="inner">What was thrown underneath.</param>
    public SafeTensorsException(string file, string? tensor, string fault, Exception? inner = null)
        : base($"{file}: {(tensor is null ? "" : $"tensor \"{Cut(tensor, LongestName)}\": ")}{Cut(fault, LongestFault)}.", inner)
    {
        (File, Tensor, Fault) = (file, tensor, fault);
    }

    /// <summary>The file's path, or how it was given.</summary>
    public string File { get; }

    /// <summary>The tensor concerned, or null for the file as a whole.</summary>
    public string? Tensor { get; }

    /// <summary>What is wrong.</summary>
    public string Fault { get; }

    /// <summary>A name of the file, cut to what a person reads.</summary>
    internal static string Cut(string text) => Cut(text, LongestName);

    private static string Cut(string text, int longest) => text.Length <= longest ? text : $"{text.AsSpan(0, longest)}...";
}
