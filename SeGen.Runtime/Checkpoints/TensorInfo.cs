namespace SeGen;

/// <summary>The types of element that safetensors files hold and SeGen reads.</summary>
public enum TensorType
{
    /// <summary>Boolean, one byte.</summary>
    Bool,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>Unsigned, 16 bits.</summary>
    U16,

    /// <summary>Half precision, IEEE 754 binary16.</summary>
    F16,

    /// <summary>bfloat16: the upper half of an F32.</summary>
    BF16,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>Unsigned, 32 bits.</summary>
    U32,

    /// <summary>Single precision.</summary>
    F32,

    /// <summary>Double precision.</summary>
    F64,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>Unsigned, 64 bits.</summary>
    U64,
}

/// <summary>One tensor of a safetensors file.</summary>
public sealed class TensorInfo
{
    private readonly long[] _shape;

    internal TensorInfo(string name, TensorType type, long[] shape, long offset, long byteLength)
    {
        (Name, Type, _shape, Offset, ByteLength) = (name, type, shape, offset, byteLength);
    }

    /// <summary>The tensor's key.</summary>
    public string Name { get; }

    /// <summary>The type of its elements.</summary>
    public TensorType Type { get; }

    /// <summary>Sizes, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>How many elements it has.</summary>
    public long Length => ByteLength / SizeOf(Type);

    /// <summary>Bytes from the end of the file's header.</summary>
    public long Offset { get; }

    /// <summary>Bytes of its data.</summary>
    public long ByteLength { get; }

    /// <summary>"fc1.weight F32 [8, 128]".</summary>
    public override string ToString() => $"{Name} {Type} {ShapeText}";

    internal string ShapeText => $"[{string.Join(", ", _shape)}]";

    internal static int SizeOf(TensorType type) => type switch
    {
        TensorType.Bool or TensorType.U8 or TensorType.I8 => 1,
        TensorType.I16 or TensorType.U16 or TensorType.F16 or TensorType.BF16 => 2,
        TensorType.I32 or TensorType.U32 or TensorType.F32 => 4,
        _ => 8,
    };
}
