namespace SeGen.Cuda;

/// <summary>
/// Small arrays that go to a device in every step: classes, keys of dropout. They go by memory of the driver's with a place for each of
/// the last few, so that nobody waits for what the device still has to do; a place is taken again when its copy is done, some steps later.
/// </summary>
internal sealed unsafe class GpuFeed(CudaDevice device, CudaStream stream) : IDisposable
{
    private const int Places = 16;

    private readonly CudaEvent?[] _copied = new CudaEvent?[Places];
    private CudaPinnedMemory? _memory;
    private int _length, _next;

    /// <summary>Copies words to the device; they may be changed when it returns.</summary>
    public void Upload(ulong to, ReadOnlySpan<uint> words)
    {
        if (words.Length > _length)
            Grow(words.Length);

        CudaEvent copied = _copied[_next]!;
        uint* place = (uint*)_memory!.Start + (nint)_next * _length;
        _next = (_next + 1) % Places;
        copied.Wait();
        words.CopyTo(new Span<uint>(place, words.Length));
        stream.Upload(to, place, words.Length);
        stream.Record(copied);
    }

    public void Dispose()
    {
        _memory?.Dispose();
        foreach (CudaEvent? copied in _copied)
            copied?.Dispose();
    }

    private void Grow(int length)
    {
        stream.Synchronize();

        // Places of no length until there is new memory: it may be refused.
        _length = 0;
        _memory?.Dispose();
        foreach (ref CudaEvent? copied in _copied.AsSpan())
            copied ??= new CudaEvent(device, isTimed: false);

        _memory = new CudaPinnedMemory(device, checked(Places * length));
        _length = length;
    }
}
