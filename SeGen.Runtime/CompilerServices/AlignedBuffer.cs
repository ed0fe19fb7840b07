using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SeGen.CompilerServices;

/// <summary>Zeroed floats at a multiple of 64 bytes that the garbage collector does not move: a cache line, the widest vector.</summary>
internal sealed class AlignedBuffer
{
    private const int Alignment = 64;

    /// <summary>The longest there is: an array of .NET, less what aligning it costs.</summary>
    public static long MaxLength => Array.MaxLength - Alignment / sizeof(float);

    private readonly float[] _array;
    private readonly int _start;

    public unsafe AlignedBuffer(long length)
    {
        _array = GC.AllocateArray<float>(checked((int)(length + Alignment / sizeof(float))), pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
        _start = (int)(((0 - address) & (Alignment - 1)) / sizeof(float));
        Length = (int)length;
    }

    public int Length { get; }

    public ref float Start => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_array), _start);

    public Span<float> Span => _array.AsSpan(_start, Length);
}
