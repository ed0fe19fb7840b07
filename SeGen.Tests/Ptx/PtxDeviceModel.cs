namespace SeGen.Tests.Ptx;

/// <summary>What launches may ask of a device (CUDA C++ programming guide, table of compute capabilities).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Capability">Its compute capability, 90 for 9.0.</param>
/// <param name="Processors">Multiprocessors.</param>
/// <param name="SharedOfProcessor">Bytes of shared memory of a multiprocessor.</param>
/// <param name="SharedOfBlock">Bytes that a block may ask for.</param>
/// <param name="ThreadsOfProcessor">Threads that a multiprocessor holds.</param>
internal sealed record PtxDeviceModel(string Name, int Capability, int Processors, int SharedOfProcessor, int SharedOfBlock, int ThreadsOfProcessor)
{
    public const int MaxThreads = 1024, BlocksOfProcessor = 16, ReservedShared = 1024;

    public static readonly PtxDeviceModel
        T4 = new("T4", 75, 40, 64 << 10, 64 << 10, 1024),
        A100 = new("A100", 80, 108, 164 << 10, 163 << 10, 2048),
        H100 = new("H100", 90, 132, 228 << 10, 227 << 10, 2048),

        // So small that launches of a few blocks meet its limits.
        Small = new("small", 75, 2, 64 << 10, 64 << 10, 1024);

    /// <summary>Blocks that run on the device at the same time, as far as threads and shared memory go.</summary>
    public int Resident(int threads, int shared)
    {
        int reserved = Capability >= 80 ? ReservedShared : 0;
        int ofProcessor = Math.Min(BlocksOfProcessor, Math.Min(ThreadsOfProcessor / threads, SharedOfProcessor / Math.Max(1, shared + reserved)));
        return Processors * ofProcessor;
    }
}
