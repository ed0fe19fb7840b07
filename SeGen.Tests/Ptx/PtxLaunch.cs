namespace SeGen.Tests.Ptx;

/// <summary>A launch of a kernel: what the driver checks, and then its blocks in some order.</summary>
internal sealed class PtxLaunch
{
    /// <summary>Instructions of a warp that a block runs before another one gets its turn.</summary>
    private const int Turn = 4000;

    private PtxLaunch(PtxKernel kernel, PtxMemory memory, PtxDeviceModel device, PtxGrid grid, int threads, int dynamicShared, ulong[] arguments)
    {
        (Kernel, Memory, Device, Grid, Threads, Arguments) = (kernel, memory, device, grid, threads, arguments);
        SharedBytes = dynamicShared == 0 ? kernel.StaticShared : (kernel.StaticShared + 15) / 16 * 16 + dynamicShared;
        Order = new PtxOrder(threads);
    }

    public PtxKernel Kernel { get; }

    public PtxMemory Memory { get; }

    public PtxDeviceModel Device { get; }

    public PtxGrid Grid { get; }

    public int Threads { get; }

    public int SharedBytes { get; }

    public ulong[] Arguments { get; }

    public PtxOrder Order { get; }

    /// <summary>Runs a kernel to its end.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="memory">The device's memory.</param>
    /// <param name="device">The device.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="dynamicShared">Bytes of the array in shared memory whose length comes with the launch.</param>
    /// <param name="arguments">A value for each parameter.</param>
    /// <param name="isCooperative">Whether all blocks must run at the same time.</param>
    /// <param name="seed">What the order of blocks, warps and lanes is drawn from; null: one block behind the other, which a launch that is not cooperative must bear.</param>
    /// <param name="mostInstructions">After how many instructions the kernel is said to make no progress.</param>
    /// <returns>Instructions that its threads have run.</returns>
    /// <exception cref="PtxFaultException">The launch asks too much of the device, or the kernel does something wrong.</exception>
    public static long Run(
        PtxKernel kernel, PtxMemory memory, PtxDeviceModel device, PtxGrid grid, int threads, int dynamicShared, ulong[] arguments,
        bool isCooperative = false, int? seed = null, long mostInstructions = 2_000_000_000)
    {
        var launch = new PtxLaunch(kernel, memory, device, grid, threads, dynamicShared, arguments);
        launch.Check(isCooperative, dynamicShared);
        memory.Begin();
        return launch.Run(isCooperative, seed, mostInstructions);
    }

    private void Check(bool isCooperative, int dynamicShared)
    {
        if (Threads < 1 || Threads > PtxDeviceModel.MaxThreads || Threads % 32 != 0)
            throw Fault($"blocks of {Threads} threads");

        if (Kernel.MaxThreads > 0 && Threads > Kernel.MaxThreads)
            throw Fault($"blocks of {Threads} threads, where .maxntid says {Kernel.MaxThreads}");

        if (Grid.X == 0 || Grid.Y is 0 or > 65535 || Grid.Z is 0 or > 65535)
            throw Fault($"a grid of {Grid.X} x {Grid.Y} x {Grid.Z} blocks");

        if (Kernel.StaticShared > 48 << 10 || Kernel.StaticShared + dynamicShared > Device.SharedOfBlock)
            throw Fault($"{Kernel.StaticShared} + {dynamicShared} bytes of shared memory, where {Device.Name} has {Device.SharedOfBlock} for a block");

        int resident = Device.Resident(Threads, SharedBytes);
        if (resident < 1 || (isCooperative && Grid.Blocks > resident))
            throw Fault($"a cooperative grid of {Grid.Blocks} blocks, where {Device.Name} runs {resident} at a time");

        if (Arguments.Length != Kernel.Parameters.Count)
            throw Fault($"{Arguments.Length} arguments for {Kernel.Parameters.Count} parameters");
    }

    private long Run(bool isCooperative, int? seed, long mostInstructions)
    {
        Random? random = seed is { } s ? new Random(s) : null;
        var waiting = new Queue<int>(Enumerable.Range(0, Grid.Blocks));
        int together = isCooperative ? waiting.Count : random is null ? 1 : Math.Min(waiting.Count, Device.Resident(Threads, SharedBytes));
        var running = new List<PtxBlock>();
        long done = 0;
        while (waiting.Count > 0 || running.Count > 0)
        {
            while (running.Count < together && waiting.TryDequeue(out int next))
                running.Add(new PtxBlock(this, next));

            for (int i = running.Count - 1; i >= 0; i--)
            {
                PtxBlock block = running[random?.Next(running.Count) ?? i];
                if (block.Run(random, random?.Next(1, Turn) ?? Turn))
                    continue;

                done += block.Instructions;
                running.Remove(block);
                i = Math.Min(i, running.Count);
            }

            if (done + running.Sum(b => b.Instructions) > mostInstructions)
                throw Fault($"no end after {mostInstructions} instructions: it may wait for something that does not come");
        }

        return done;
    }

    private PtxFaultException Fault(string message) => new($"{Kernel.Name}: {message}");
}

/// <summary>How many blocks there are along each axis.</summary>
internal readonly record struct PtxGrid(uint X, uint Y = 1, uint Z = 1)
{
    public int Blocks => checked((int)(X * Y * Z));

    public static implicit operator PtxGrid((uint X, uint Y) grid) => new(grid.X, grid.Y);
}
