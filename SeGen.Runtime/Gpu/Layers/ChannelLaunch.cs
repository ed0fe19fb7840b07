namespace SeGen.Cuda.Layers;

/// <summary>A launch of a kernel that goes through the pixels of each channel: a warp has a chunk of a channel.</summary>
/// <param name="Images">Images.</param>
/// <param name="Channels">Channels of each.</param>
/// <param name="Pixels">Pixels of each.</param>
internal sealed record ChannelLaunch(int Images, int Channels, int Pixels)
{
    public const int Threads = 128, Warps = Threads / 32;

    // A chunk's pixels, so that a lane has some vectors; it follows from nothing else, so that sums are the same everywhere.
    private const int Chunk = 1024;

    public int Chunks => ProductTiles.Ceiling(Pixels, Chunk);

    public int ChunkPixels => Math.Min(Pixels, Chunk);

    public GpuGrid Grid => new(ProductTiles.Ceiling(Units, Warps));

    private int Units => checked(Images * Channels * Chunks);

    /// <summary>In the order of ChannelLoop's parameters, in the generator; what the kernel has beside them comes behind.</summary>
    public LaunchArguments Arguments(params ReadOnlySpan<ulong> addresses)
        => new LaunchArguments().Address(addresses).Number(Units).Divisor(Chunks).Divisor(Channels).Number(ChunkPixels, Pixels);
}
