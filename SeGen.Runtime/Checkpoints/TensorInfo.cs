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

    /// <summary>
    /// A type of safetensors that SeGen does not read, such as F8_E4M3 or C64; <see cref="TensorInfo.TypeName"/> says which.
    /// </summary>
    Other,
}

/// <summary>One tensor of a safetensors file.</summary>
public sealed class TensorInfo
{
    private readonly long[] _shape;

    internal TensorInfo(string name, string typeName, TensorType type, long[] shape, long offset, long byteLength)
    {
        (Name, TypeName, Type, _shape, Offset, ByteLength) = (name, typeName, type, shape, offset, byteLength);

        // That the product is one of 64 bits was checked when the header was read.
        long length = 1;
        foreach (long size in shape)
            length *= size;

        Length = length;
    }

    /// <summary>The tensor's key.</summary>
    public string Name { get; }

    /// <summary>The type of its elements.</summary>
    public TensorType Type { get; }

    /// <summary>The type as the file names it: "F32", "F8_E4M3".</summary>
    public string TypeName { get; }

    /// <summary>Sizes, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>How many elements it has.</summary>
    public long Length { get; }

    /// <summary>Bytes from the end of the file's header.</summary>
    public long Offset { get; }

    /// <summary>Bytes of its data.</summary>
    public long ByteLength { get; }

    /// <summary>"fc1.weight F32 [8, 128]".</summary>
    public override string ToString() => $"{Name} {TypeName} {ShapeText}";

    internal string ShapeText => $"[{string.Join(", ", _shape)}]";

    /// <summary>Which of several files has it.</summary>
    internal SafeTensorsPart? Part { get; set; }

    /// <summary>Whether its values are floats that SeGen reads.</summary>
    internal bool IsFloat => Type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64;
}
