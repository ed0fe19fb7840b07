namespace SeGen;

/// <summary>The names of types in safetensors files.</summary>
/// <remarks>https://github.com/huggingface/safetensors (safetensors/src/tensor.rs, enum Dtype).</remarks>
internal static class TensorTypes
{
    private const int LongestName = 32;

    /// <summary>
    /// The type of a name and the bits of an element, 0 where they are not known: a type that is newer than this library does not make the
    /// rest of a file unreadable. Null for what is no name of a type.
    /// </summary>
    public static (TensorType Type, int Bits)? Of(string name) => name switch
    {
        "BOOL" => (TensorType.Bool, 8),
        "U8" => (TensorType.U8, 8),
        "I8" => (TensorType.I8, 8),
        "I16" => (TensorType.I16, 16),
        "U16" => (TensorType.U16, 16),
        "F16" => (TensorType.F16, 16),
        "BF16" => (TensorType.BF16, 16),
        "I32" => (TensorType.I32, 32),
        "U32" => (TensorType.U32, 32),
        "F32" => (TensorType.F32, 32),
        "F64" => (TensorType.F64, 64),
        "I64" => (TensorType.I64, 64),
        "U64" => (TensorType.U64, 64),
        "F4" => (TensorType.Other, 4),
        "F6_E2M3" or "F6_E3M2" => (TensorType.Other, 6),
        "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => (TensorType.Other, 8),
        "C64" => (TensorType.Other, 64),
        "C128" => (TensorType.Other, 128),
        _ => IsName(name) ? (TensorType.Other, 0) : null,
    };

    /// <summary>Bytes of an element of a type that is read.</summary>
    public static int SizeOf(TensorType type) => type switch
    {
        TensorType.Bool or TensorType.U8 or TensorType.I8 => 1,
        TensorType.I16 or TensorType.U16 or TensorType.F16 or TensorType.BF16 => 2,
        TensorType.I32 or TensorType.U32 or TensorType.F32 => 4,
        _ => 8,
    };

    private static bool IsName(string name)
        => name.Length is > 1 and <= LongestName && char.IsAsciiLetterUpper(name[0])
            && name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');
}
