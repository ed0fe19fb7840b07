namespace SeGen.Tests.Ptx;

/// <summary>A module as its text has it.</summary>
/// <param name="Version">The version of the instruction set, "7.0".</param>
/// <param name="Target">The oldest architecture that it runs on, "sm_75".</param>
/// <param name="Kernels">Its entries by name.</param>
internal sealed record PtxModule(string Version, string Target, IReadOnlyDictionary<string, PtxKernel> Kernels);

/// <summary>An entry, ready to be interpreted.</summary>
internal sealed class PtxKernel
{
    public required string Name { get; init; }

    public required IReadOnlyList<PtxParameter> Parameters { get; init; }

    /// <summary>Threads of a block, as <c>.maxntid</c> has them; 0 where it does not say.</summary>
    public required int MaxThreads { get; init; }

    public required IReadOnlyList<PtxRegister> Registers { get; init; }

    /// <summary>Where the arrays in shared memory lie; the one whose length comes with the launch lies last.</summary>
    public required IReadOnlyDictionary<string, int> Shared { get; init; }

    /// <summary>Bytes of shared memory, without the array whose length comes with the launch.</summary>
    public required int StaticShared { get; init; }

    public required IReadOnlyList<PtxInstruction> Code { get; init; }
}

/// <summary>A parameter of a kernel.</summary>
internal sealed record PtxParameter(string Name, PtxType Type);

/// <summary>A register of every thread.</summary>
internal sealed record PtxRegister(string Name, PtxType Type, int Index);

/// <summary>What the scheduler must know of an instruction.</summary>
internal enum PtxKind
{
    /// <summary>Each thread for itself.</summary>
    Plain,
    Branch,
    Exit,

    /// <summary>Waits for all threads of the block.</summary>
    Barrier,

    /// <summary>Waits for the lanes of its mask, which then exchange values.</summary>
    Shuffle,

    /// <summary>Waits for all lanes of the warp, which then multiply matrices together.</summary>
    Product,
}

/// <summary>What an instruction does for a thread.</summary>
internal delegate void PtxExecute(PtxBlock block, int thread);

/// <summary>The value of an operand for a thread.</summary>
internal delegate ulong PtxRead(PtxBlock block, int thread);

/// <summary>An instruction.</summary>
internal sealed class PtxInstruction
{
    /// <summary>Its line of the module's text, from 1.</summary>
    public required int Line { get; init; }

    public required string Text { get; init; }

    public required PtxKind Kind { get; init; }

    /// <summary>The predicate that it depends on, or null.</summary>
    public PtxRegister? Guard { get; init; }

    public bool IsGuardNegated { get; init; }

    /// <summary>Where a branch goes.</summary>
    public int Target { get; set; }

    public PtxExecute? Execute { get; init; }

    public PtxShuffle? Shuffle { get; init; }

    public PtxProduct? Product { get; init; }
}

/// <summary>An exchange between the lanes of a warp.</summary>
/// <param name="To">Where the value goes.</param>
/// <param name="Value">What a lane gives.</param>
/// <param name="Source">The lane that a lane takes from, or itself where there is none.</param>
/// <param name="Mask">The lanes that take part.</param>
internal sealed record PtxShuffle(PtxRegister To, PtxRead Value, Func<PtxBlock, int, int> Source, uint Mask);
