namespace SeGen;

/// <summary>The tensors of a checkpoint are not those of the module. Nothing was read into it.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Keeps every difference; the message lists the first few of each kind.</summary>
    public CheckpointException(
        string file, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> faulty, string message)
        : base(message)
    {
        (File, Missing, Unexpected, Faulty) = (file, missing, unexpected, faulty);
    }

    /// <summary>The file's path, or how it was given.</summary>
    public string File { get; }

    /// <summary>Names that the module needs and the file lacks, in the file's convention.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names in the file that the module does not have.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>
    /// Names of tensors with a shape or type that does not fit, or that two of the file's tensors claim, and layers that were declared
    /// otherwise.
    /// </summary>
    public IReadOnlyList<string> Faulty { get; }
}
