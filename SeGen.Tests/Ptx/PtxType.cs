namespace SeGen.Tests.Ptx;

/// <summary>The types of registers and instructions that SeGen's kernels use (PTX ISA, section 5.2).</summary>
internal enum PtxType
{
    Predicate,
    B32,
    U32,
    S32,
    F32,
    B64,
    U64,
    S64,
}

/// <summary>What follows from a type.</summary>
internal static class PtxTypes
{
    public static bool TryParse(string text, out PtxType type)
    {
        (bool known, type) = text switch
        {
            "pred" => (true, PtxType.Predicate),
            "b32" => (true, PtxType.B32),
            "u32" => (true, PtxType.U32),
            "s32" => (true, PtxType.S32),
            "f32" => (true, PtxType.F32),
            "b64" => (true, PtxType.B64),
            "u64" => (true, PtxType.U64),
            "s64" => (true, PtxType.S64),
            _ => (false, default),
        };
        return known;
    }

    public static bool Is64(this PtxType type) => type is PtxType.B64 or PtxType.U64 or PtxType.S64;

    public static bool IsSigned(this PtxType type) => type is PtxType.S32 or PtxType.S64;

    /// <summary>Words of four bytes.</summary>
    public static int Words(this PtxType type) => type.Is64() ? 2 : 1;

    /// <summary>Whether a register of one type may stand where an instruction of the other reads or writes: untyped bits fit all of their size.</summary>
    public static bool Fits(this PtxType register, PtxType instruction)
    {
        if (register == PtxType.Predicate || instruction == PtxType.Predicate)
            return register == instruction;

        bool isSameKind = (register == PtxType.F32) == (instruction == PtxType.F32) || register is PtxType.B32 || instruction is PtxType.B32;
        return register.Is64() == instruction.Is64() && isSameKind;
    }
}
