using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace SeGen.Startup;

/// <summary>How long the JIT took for each method, by the runtime's own events.</summary>
internal sealed class JitTimes : EventListener
{
    private const EventKeywords Jit = (EventKeywords)0x10;
    private const int Started = 145, Loaded = 143;

    // The base class's constructor already announces sources, before an initializer could run.
    private ConcurrentDictionary<(ulong Method, long Thread), DateTime>? _started;
    private ConcurrentQueue<(string Method, double Milliseconds)>? _times;

    /// <summary>The methods that took longest.</summary>
    public IEnumerable<(string Method, double Milliseconds)> Longest(int count) => [.. (_times ?? []).OrderByDescending(t => t.Milliseconds).Take(count)];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name != "Microsoft-Windows-DotNETRuntime")
            return;

        _started = [];
        _times = [];
        EnableEvents(eventSource, EventLevel.Verbose, Jit);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.Payload is not { Count: > 0 } payload || eventData.PayloadNames is not { } names || payload[names.IndexOf("MethodID")] is not ulong method)
            return;

        if (eventData.EventId == Started)
            _started![(method, eventData.OSThreadId)] = eventData.TimeStamp;
        else if (eventData.EventId == Loaded && _started!.TryRemove((method, eventData.OSThreadId), out DateTime at))
            _times!.Enqueue(($"{payload[names.IndexOf("MethodNamespace")]}.{payload[names.IndexOf("MethodName")]}", (eventData.TimeStamp - at).TotalMilliseconds));
    }
}
