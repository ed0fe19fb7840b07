namespace SeGen.Cuda;

/// <summary>
/// Small arrays that go to a device in every step: classes, keys of dropout. They go by memory of the driver's, a place for each of the last few, so that
/// nobody waits for what the device still has to do; a place is taken again when its copy is done.
/// </summary>
internal sealed class GpuFeed(CudaDevice device, CudaStream stream) : IDisposable
{
    private readonly Place[] _places = new Place[4];
    private int _next;

    /// <summary>Copies words to the device; they may be changed when it returns.</summary>
    public unsafe void Upload(ulong to, ReadOnlySpan<uint> words)
    {
        ref Place place = ref _places[_next];
        _next = (_next + 1) % _places.Length;
        place.Copied?.Wait();
        if (place.Length < words.Length)
        {
            // Without memory until there is new one: it may be refused.
            place.Length = 0;
            place.Memory?.Dispose();
            place.Copied ??= new CudaEvent(device);
            (place.Memory, place.Length) = (new CudaPinnedMemory(device, words.Length), words.Length);
        }

        words.CopyTo(new Span<uint>(place.Memory!.Start, words.Length));
        stream.Upload(to, place.Memory.Start, words.Length);
        stream.Record(place.Copied!);
    }

    public void Dispose()
    {
        foreach (Place place in _places)
        {
            place.Memory?.Dispose();
            place.Copied?.Dispose();
        }
    }

    private struct Place
    {
        public CudaPinnedMemory? Memory;

        public CudaEvent? Copied;

        public int Length;
    }
}
