using System.Buffers;

namespace SeGen.Benchmarks.Peers;

/// <summary>Native memory as a Memory; it does not move and is never freed.</summary>
internal sealed unsafe class NativeMemoryManager(float* memory, int length) : MemoryManager<float>
{
    public override Span<float> GetSpan() => new(memory, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(memory + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
