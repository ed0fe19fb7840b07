using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>A device that a fake driver has: its memory, what was loaded and created, and what the driver was told to answer.</summary>
internal sealed unsafe class FakeGpu(PtxDeviceModel model)
{
    public const int LaunchFailed = 719;

    private readonly Dictionary<nint, object> _handles = [];
    private nint _next = 0x1000;

    public PtxDeviceModel Model => model;

    public PtxMemory Memory { get; } = new();

    /// <summary>Calls of functions of the driver, in their order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Codes that functions return instead of doing what they should.</summary>
    public Dictionary<string, int> Failures { get; } = [];

    /// <summary>What the driver's compiler says of a module that it refuses.</summary>
    public string CompilerLog { get; set; } = "";

    public int DriverVersion { get; set; } = 12020;

    public int DeviceCount { get; set; } = 1;

    /// <summary>What the schedule of launches is drawn from; null: one block behind the other.</summary>
    public int? Seed { get; set; }

    /// <summary>Bytes of dynamic shared memory that launches of a kernel may ask for, where that was set.</summary>
    public Dictionary<PtxKernel, int> DynamicShared { get; } = [];

    /// <summary>What a kernel did wrong.</summary>
    public PtxFaultException? Fault { get; private set; }

    /// <summary>Instructions that threads have run.</summary>
    public long Instructions { get; private set; }

    /// <summary>Modules, streams, events, graphs and allocations that were not given back.</summary>
    public int Alive => _handles.Values.Count(h => h is not PtxKernel) + Memory.Count;

    public nint Create(object value)
    {
        nint handle = _next += 16;
        _handles.Add(handle, value);
        return handle;
    }

    public T? Find<T>(nint handle)
        where T : class => _handles.GetValueOrDefault(handle) as T;

    public bool Remove(nint handle) => _handles.Remove(handle);

    /// <summary>Runs, or writes down, a launch.</summary>
    public int Launch(nint function, PtxGrid grid, uint threads, uint dynamicShared, nint stream, void** arguments, bool isCooperative)
    {
        if (Find<PtxKernel>(function) is not { } kernel || Find<FakeStream>(stream) is not { } to)
            return FakeDriver.InvalidHandle;

        // Without asking, a block has 48 KiB.
        if (dynamicShared > DynamicShared.GetValueOrDefault(kernel, (48 << 10) - kernel.StaticShared))
            return 1;

        ulong[] values = [.. kernel.Parameters.Select((p, i) => p.Type.Is64() ? *(ulong*)arguments[i] : *(uint*)arguments[i])];
        return to.Do(() =>
        {
            try
            {
                Instructions += PtxLaunch.Run(kernel, Memory, model, grid, (int)threads, (int)dynamicShared, values, isCooperative, Seed);
                return 0;
            }
            catch (PtxFaultException fault)
            {
                Fault ??= fault;
                return LaunchFailed;
            }
        });
    }
}

/// <summary>A stream: what it is told happens at once, or is written down.</summary>
internal sealed class FakeStream
{
    private int _failure;

    public List<Func<int>>? Captured { get; set; }

    public int Do(Func<int> action)
    {
        if (Captured is not null)
            Captured.Add(action);
        else if (action() is not 0 and int code)
            _failure = code;

        return 0;
    }

    /// <summary>What went wrong, which a caller learns when it waits.</summary>
    public int Synchronize() => _failure;
}

/// <summary>A captured graph, or one that can be run.</summary>
internal sealed record FakeGraph(List<Func<int>> Actions);

/// <summary>A moment, counted in instructions.</summary>
internal sealed class FakeEvent
{
    public long At { get; set; }
}
