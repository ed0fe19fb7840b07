using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>Streams, events, launches and graphs.</summary>
internal static unsafe partial class FakeDriver
{
    private static int Stream(string call, nint stream, Action action) => Do(call, () => Gpu.Find<FakeStream>(stream)?.Do(() =>
    {
        action();
        return 0;
    }) ?? InvalidHandle);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamCreate(nint* stream, uint flags) => New("cuStreamCreate", stream, new FakeStream());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamDestroy(nint stream) => Do("cuStreamDestroy_v2", () => Gpu.Remove(stream) ? 0 : InvalidHandle);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamSynchronize(nint stream) => Do("cuStreamSynchronize", () => Gpu.Find<FakeStream>(stream)?.Synchronize() ?? InvalidHandle);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EventCreate(nint* @event, uint flags) => New("cuEventCreate", @event, new FakeEvent());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EventRecord(nint @event, nint stream) => Stream("cuEventRecord", stream, () => Gpu.Find<FakeEvent>(@event)!.At = Gpu.Instructions);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EventSynchronize(nint @event) => Do("cuEventSynchronize", () => 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EventElapsedTime(float* milliseconds, nint from, nint to)
    {
        *milliseconds = Gpu.Find<FakeEvent>(to)!.At - Gpu.Find<FakeEvent>(from)!.At;
        return Do("cuEventElapsedTime", () => 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int EventDestroy(nint @event) => Do("cuEventDestroy_v2", () => Gpu.Remove(@event) ? 0 : InvalidHandle);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LaunchKernel(nint function, uint gridX, uint gridY, uint gridZ, uint x, uint y, uint z, uint shared, nint stream, void** arguments, void** extra)
        => Do("cuLaunchKernel", () => y * z == 1 ? Gpu.Launch(function, new(gridX, gridY, gridZ), x, shared, stream, arguments, isCooperative: false) : 1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LaunchCooperativeKernel(nint function, uint gridX, uint gridY, uint gridZ, uint x, uint y, uint z, uint shared, nint stream, void** arguments)
        => Do("cuLaunchCooperativeKernel", () => gridX > Gpu.Model.Resident((int)x, Gpu.Find<PtxKernel>(function)!.StaticShared + (int)shared) ? TooManyBlocks : Gpu.Launch(function, new(gridX), x, shared, stream, arguments, isCooperative: true));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamBeginCapture(nint stream, int mode) => Do("cuStreamBeginCapture_v2", () => (Gpu.Find<FakeStream>(stream)!.Captured = []).Count);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamEndCapture(nint stream, nint* graph)
    {
        FakeStream from = Gpu.Find<FakeStream>(stream)!;
        (List<Func<int>> actions, from.Captured) = (from.Captured!, null);
        return New("cuStreamEndCapture", graph, new FakeGraph(actions));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GraphInstantiate(nint* executable, nint graph, ulong flags) => New("cuGraphInstantiateWithFlags", executable, Gpu.Find<FakeGraph>(graph)! with { });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GraphLaunch(nint executable, nint stream) => Do("cuGraphLaunch", () =>
    {
        foreach (Func<int> action in Gpu.Find<FakeGraph>(executable)!.Actions)
            Gpu.Find<FakeStream>(stream)!.Do(action);

        return 0;
    });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GraphExecDestroy(nint executable) => Do("cuGraphExecDestroy", () => Gpu.Remove(executable) ? 0 : InvalidHandle);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GraphDestroy(nint graph) => Do("cuGraphDestroy", () => Gpu.Remove(graph) ? 0 : InvalidHandle);

    private static int New(string call, nint* handle, object value)
    {
        nint created = 0;
        int code = Do(call, () => (created = Gpu.Create(value)) == 0 ? 1 : 0);
        *handle = created;
        return code;
    }
}
