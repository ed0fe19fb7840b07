namespace SeGen.CompilerServices;

/// <summary>
/// The weights of a module in the form in which its kernels read them, of one version of its parameters. A call takes one when it begins
/// and computes with it to its end; a load packs another.
/// </summary>
internal sealed class PackedSet(int length)
{
    private long _version;

    /// <summary>The weights, at a multiple of 64 bytes.</summary>
    public AlignedBuffer Buffer { get; } = new(length);

    /// <summary>Of which version of the parameters it is; 0 before it was packed.</summary>
    public long Version
    {
        get => Volatile.Read(ref _version);
        set => Volatile.Write(ref _version, value);
    }
}
