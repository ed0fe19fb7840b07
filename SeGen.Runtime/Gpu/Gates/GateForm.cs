using SeGen.CompilerServices;

namespace SeGen.Cuda.Gates;

/// <summary>Which of its kernels a direction of a gate runs, and how.</summary>
/// <param name="Name">Portable, group or image.</param>
/// <param name="Blocks">Blocks of the launch.</param>
/// <param name="Threads">Threads of a block.</param>
/// <param name="Shared">Bytes of shared memory that a block asks for.</param>
/// <param name="BlocksOfGroup">Of groups: blocks that have an image together.</param>
/// <param name="Kept">Of groups: chunks that a block keeps.</param>
internal sealed record GateForm(string Name, int Blocks, int Threads, int Shared, int BlocksOfGroup = 1, int Kept = 0)
{
    public const string Portable = "portable", Group = "group", Image = "image";

    // Shared memory that a block has beside its chunks: sums of warps, and what the device takes for itself.
    private const int StaticShared = 6 << 10;

    // What a multiprocessor must have on its way from memory (latency times bandwidth: 0.7 us of 3 TB/s over 132 of them).
    private const int BytesUnderWay = 16 << 10;

    // Two reads and a write instead of one of each; and what groups must gain before their waiting pays.
    private const double RereadCost = 1.5, AgainstTwoLaunches = 0.95;

    /// <summary>Words of memory by which blocks find out who is last.</summary>
    public int Tickets => Name == Group ? Blocks / BlocksOfGroup * 32 : Blocks;

    /// <summary>Whether blocks wait for each other, so that all of them must run at the same time.</summary>
    public bool IsCooperative => BlocksOfGroup > 1;

    /// <summary>The form that any device runs.</summary>
    public static GateForm OfTwoLaunches(GateGeometry geometry, int images)
        => new(Portable, checked(images * geometry.Chunks), geometry.Threads, 0);

    /// <summary>
    /// The form for a device. A block with a whole image, where an image fits and there are enough of them; else groups or two launches,
    /// whichever the busiest multiprocessor has less to do with: chunks, those half again that it must read a second time, and more where
    /// it has too few bytes on their way at once to hide how long memory takes. The numbers are estimates until they are measured on a
    /// device.
    /// </summary>
    /// <param name="geometry">The kernels.</param>
    /// <param name="device">The device.</param>
    /// <param name="images">Images of the batch.</param>
    /// <param name="isBackward">Whether it is the way back.</param>
    /// <param name="residentBlocks">Blocks of the group's kernel that run at the same time, by the bytes of shared memory that each asks
    /// for.</param>
    public static GateForm Choose(GateGeometry geometry, CudaDevice device, int images, bool isBackward, Func<int, int> residentBlocks)
    {
        GateForm portable = OfTwoLaunches(geometry, images);
        int imageBytes = isBackward ? geometry.ImageGradientBytes : geometry.ImageBytes;
        bool hasImages = imageBytes > 0 && imageBytes + StaticShared <= device.SharedOfBlock;
        GateForm? image = hasImages ? new(Image, images, geometry.ImageThreads, imageBytes) : null;
        double cost = double.MaxValue, most = AgainstTwoLaunches * RereadCost * images * geometry.Chunks / device.Processors;
        GateForm? group = geometry.ChunkBytes > 0 ? Groups(geometry, device, images, residentBlocks, out cost) : null;
        return GpuSettings.Form switch
        {
            Portable => portable,
            Image when image is not null => image,
            Group when group is not null => group,
            _ when image is not null && images * 2 >= device.Processors => image,
            _ when group is not null && cost <= most => group,
            _ => portable,
        };
    }

    /// <summary>"group 132 x 1, 7 kept", or the name.</summary>
    public override string ToString() => Name == Group ? $"group {BlocksOfGroup} x {Blocks / BlocksOfGroup}, {Kept} kept" : Name;

    private static GateForm? Groups(GateGeometry geometry, CudaDevice device, int images, Func<int, int> residentBlocks, out double least)
    {
        GateForm? best = null;
        least = double.MaxValue;
        for (int blocksOfProcessor = 1; blocksOfProcessor <= 8; blocksOfProcessor++)
        {
            int budget = Math.Min(
                device.SharedOfBlock, device.SharedOfProcessor / blocksOfProcessor) - StaticShared, most = budget / geometry.ChunkBytes;
            if (most < 1)
                break;

            // A group's blocks wait for each other; where the device cannot launch such, a group is one block.
            int resident = residentBlocks(Math.Min(most, geometry.Chunks) * geometry.ChunkBytes), largest = device.IsCooperative
                ? Math.Min(geometry.Chunks, resident)
                : 1;
            for (int blocks = 1; blocks <= largest; blocks++)
            {
                int groups = Math.Min(images, resident / blocks), chunks = ChunksOfBlock(geometry, blocks), kept = Math.Min(chunks, most);
                int rounds = (images + groups - 1) / groups, ofProcessor = (groups * blocks + device.Processors - 1) / device.Processors;
                double waits = Math.Max(1, BytesUnderWay / (double)(ofProcessor * geometry.ChunkBytes));
                double cost = waits * rounds * ofProcessor * (kept + RereadCost * (chunks - kept));
                if (cost < least)
                    (least, best) = (cost, new GateForm(Group, groups * blocks, geometry.Threads, kept * geometry.ChunkBytes, blocks, kept));
            }
        }

        return best;
    }

    private static int ChunksOfBlock(GateGeometry geometry, int blocks) => (geometry.Chunks + blocks - 1) / blocks;
}
