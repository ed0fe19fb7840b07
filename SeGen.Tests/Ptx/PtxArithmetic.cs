namespace SeGen.Tests.Ptx;

/// <summary>
/// Instructions on registers (PTX ISA, sections 9.7.1 to 9.7.6). Sums and products of floats must name their rounding: without it the assembler
/// may contract them, and the device would not compute what is computed here.
/// </summary>
internal sealed class PtxArithmetic(PtxCompiler compiler)
{
    public PtxExecute Compile(string operation, string[] parts, string[] given)
    {
        if (parts[0] == "cvt")
            return Convert(operation, parts, given);

        PtxType type = compiler.TypeOf(operation);
        return parts[0] switch
        {
            "setp" => Compare(operation, parts, given, type),
            "selp" => Select(given, type),
            "mul" or "mad" when parts[1] == "wide" => Wide(parts[0], given, type),
            "mov" or "neg" or "abs" or "not" or "ex2" or "lg2" or "rcp" or "sqrt" => One(operation, parts, given, type),
            "fma" or "mad" => Three(operation, parts, given, type),
            _ => Two(operation, parts, given, type),
        };
    }

    private static float F(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static ulong Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private void Operands(string[] given, int count)
    {
        if (given.Length != count)
            throw compiler.Fault($"{count} operands are needed, {given.Length} given");
    }

    private PtxExecute One(string operation, string[] parts, string[] given, PtxType type)
    {
        Operands(given, 2);
        Func<ulong, ulong> compute = (operation, type) switch
        {
            _ when parts[0] == "mov" && parts.Length == 2 => a => a,
            ("neg.f32", _) => a => Bits(-F(a)),
            ("abs.f32", _) => a => Bits(MathF.Abs(F(a))),
            ("neg.s32", _) => a => (uint)-(int)a,
            ("not.b32", _) => a => ~(uint)a,
            ("not.pred", _) => a => a ^ 1,
            ("ex2.approx.f32", _) => a => Bits(MathF.Pow(2f, F(a))),
            ("lg2.approx.f32", _) => a => Bits(MathF.Log2(F(a))),
            ("rcp.rn.f32", _) => a => Bits(1f / F(a)),
            ("sqrt.rn.f32", _) => a => Bits(MathF.Sqrt(F(a))),
            _ => throw compiler.Unknown(operation),
        };
        PtxRegister to = compiler.Register(given[0], type, compiler.Line);
        PtxRead from = compiler.Read(given[1], type);
        return (block, thread) => block.Write(to, thread, compute(from(block, thread)));
    }

    private PtxExecute Two(string operation, string[] parts, string[] given, PtxType type)
    {
        Func<ulong, ulong, ulong> compute = type == PtxType.F32 ? Floats(operation) : type == PtxType.Predicate ? Predicates(operation) : type.Is64() ? Long(operation) : Short(operation);
        Operands(given, 3);
        PtxRegister to = compiler.Register(given[0], type, compiler.Line);
        bool isShift = parts[0] is "shl" or "shr";
        PtxRead left = compiler.Read(given[1], type), right = compiler.Read(given[2], isShift ? PtxType.U32 : type);
        return (block, thread) => block.Write(to, thread, compute(left(block, thread), right(block, thread)));
    }

    private Func<ulong, ulong, ulong> Floats(string operation) => operation switch
    {
        "add.rn.f32" => (a, b) => Bits(F(a) + F(b)),
        "sub.rn.f32" => (a, b) => Bits(F(a) - F(b)),
        "mul.rn.f32" => (a, b) => Bits(F(a) * F(b)),
        "div.rn.f32" => (a, b) => Bits(F(a) / F(b)),

        // The one that is a number, if one is none (section 9.7.3.11).
        "max.f32" => (a, b) => float.IsNaN(F(a)) ? b : float.IsNaN(F(b)) ? a : Bits(MathF.Max(F(a), F(b))),
        "min.f32" => (a, b) => float.IsNaN(F(a)) ? b : float.IsNaN(F(b)) ? a : Bits(MathF.Min(F(a), F(b))),
        "max.NaN.f32" => (a, b) => Bits(MathF.Max(F(a), F(b))),
        "min.NaN.f32" => (a, b) => Bits(MathF.Min(F(a), F(b))),
        "add.f32" or "sub.f32" or "mul.f32" => throw compiler.Fault("its rounding is not named, so that it may be contracted"),
        _ => throw compiler.Unknown(operation),
    };

    private Func<ulong, ulong, ulong> Predicates(string operation) => operation switch
    {
        "and.pred" => (a, b) => a & b,
        "or.pred" => (a, b) => a | b,
        "xor.pred" => (a, b) => a ^ b,
        _ => throw compiler.Unknown(operation),
    };

    private Func<ulong, ulong, ulong> Short(string operation) => operation switch
    {
        "add.u32" or "add.s32" => (a, b) => (uint)(a + b),
        "sub.u32" or "sub.s32" => (a, b) => (uint)(a - b),
        "mul.lo.u32" or "mul.lo.s32" => (a, b) => (uint)(a * b),
        "mul.hi.u32" => (a, b) => (uint)a * b >> 32,
        "div.u32" => (a, b) => b == 0 ? throw new PtxFaultException("division by zero") : (uint)a / (uint)b,
        "rem.u32" => (a, b) => b == 0 ? throw new PtxFaultException("division by zero") : (uint)a % (uint)b,
        "min.u32" => Math.Min,
        "max.u32" => Math.Max,
        "min.s32" => (a, b) => (uint)Math.Min((int)a, (int)b),
        "max.s32" => (a, b) => (uint)Math.Max((int)a, (int)b),
        "and.b32" => (a, b) => a & b,
        "or.b32" => (a, b) => a | b,
        "xor.b32" => (a, b) => a ^ b,
        "shl.b32" => (a, b) => b > 31 ? 0 : (uint)a << (int)b,
        "shr.u32" => (a, b) => b > 31 ? 0 : (uint)a >> (int)b,
        _ => throw compiler.Unknown(operation),
    };

    private Func<ulong, ulong, ulong> Long(string operation) => operation switch
    {
        "add.u64" or "add.s64" => (a, b) => a + b,
        "sub.u64" or "sub.s64" => (a, b) => a - b,
        "mul.lo.u64" or "mul.lo.s64" => (a, b) => a * b,
        "and.b64" => (a, b) => a & b,
        "or.b64" => (a, b) => a | b,
        "shl.b64" => (a, b) => b > 63 ? 0 : a << (int)b,
        "shr.u64" => (a, b) => b > 63 ? 0 : a >> (int)b,
        _ => throw compiler.Unknown(operation),
    };

    private PtxExecute Three(string operation, string[] parts, string[] given, PtxType type)
    {
        Operands(given, 4);
        Func<ulong, ulong, ulong, ulong> compute = operation switch
        {
            "fma.rn.f32" => (a, b, c) => Bits(MathF.FusedMultiplyAdd(F(a), F(b), F(c))),
            "mad.lo.u32" or "mad.lo.s32" => (a, b, c) => (uint)(a * b + c),
            _ => throw compiler.Unknown(operation),
        };
        PtxRegister to = compiler.Register(given[0], type, compiler.Line);
        PtxRead x = compiler.Read(given[1], type), y = compiler.Read(given[2], type), z = compiler.Read(given[3], type);
        return (block, thread) => block.Write(to, thread, compute(x(block, thread), y(block, thread), z(block, thread)));
    }

    /// <summary>mul.wide.u32 and mad.wide.u32: the product, and what is added, have 64 bits.</summary>
    private PtxExecute Wide(string name, string[] given, PtxType type)
    {
        Operands(given, name == "mad" ? 4 : 3);
        if (type != PtxType.U32)
            throw compiler.Fault("wide products are known of u32 alone");

        PtxRegister to = compiler.Register(given[0], PtxType.U64, compiler.Line);
        PtxRead x = compiler.Read(given[1], type), y = compiler.Read(given[2], type);
        PtxRead z = name == "mad" ? compiler.Read(given[3], PtxType.U64) : (_, _) => 0;
        return (block, thread) => block.Write(to, thread, (ulong)(uint)x(block, thread) * (uint)y(block, thread) + z(block, thread));
    }

    private PtxExecute Compare(string operation, string[] parts, string[] given, PtxType type)
    {
        // setp.lt.and.u32: and another predicate.
        bool isBoth = parts is [_, _, "and", _];
        Operands(given, isBoth ? 4 : 3);
        if (!isBoth && parts.Length != 3)
            throw compiler.Unknown(operation);

        Func<int, bool> holds = parts[1] switch
        {
            "eq" => c => c == 0,
            "ne" => c => c != 0,
            "neu" when type == PtxType.F32 => c => c != 0,
            "lt" => c => c < 0,
            "le" => c => c <= 0,
            "gt" => c => c > 0,
            "ge" => c => c >= 0,
            _ => throw compiler.Unknown(operation),
        };
        PtxRegister to = compiler.Register(given[0], PtxType.Predicate, compiler.Line);
        PtxRead x = compiler.Read(given[1], type), y = compiler.Read(given[2], type);
        PtxExecute compare = Comparison(parts, type, holds, to, x, y);
        if (!isBoth)
            return compare;

        PtxRead other = compiler.Read(given[3], PtxType.Predicate);
        return (block, thread) =>
        {
            ulong and = other(block, thread);
            compare(block, thread);
            block.Write(to, thread, block.Read(to, thread) & and);
        };
    }

    private static PtxExecute Comparison(string[] parts, PtxType type, Func<int, bool> holds, PtxRegister to, PtxRead x, PtxRead y)
        => type switch
        {
            // Of what is no number none of these holds, and the one that is unordered does (section 9.3.1).
            PtxType.F32 when parts[1] == "neu" => (block, thread) => block.Write(to, thread, F(x(block, thread)) != F(y(block, thread)) ? 1ul : 0),
            PtxType.F32 => (block, thread) => block.Write(to, thread, F(x(block, thread)) is float a && F(y(block, thread)) is float b && !float.IsNaN(a) && !float.IsNaN(b) && holds(a.CompareTo(b)) ? 1ul : 0),
            PtxType.S32 => (block, thread) => block.Write(to, thread, holds(((int)x(block, thread)).CompareTo((int)y(block, thread))) ? 1ul : 0),
            PtxType.S64 => (block, thread) => block.Write(to, thread, holds(((long)x(block, thread)).CompareTo((long)y(block, thread))) ? 1ul : 0),
            _ => (block, thread) => block.Write(to, thread, holds(x(block, thread).CompareTo(y(block, thread))) ? 1ul : 0),
        };

    private PtxExecute Select(string[] given, PtxType type)
    {
        Operands(given, 4);
        PtxRegister to = compiler.Register(given[0], type, compiler.Line);
        PtxRead x = compiler.Read(given[1], type), y = compiler.Read(given[2], type), condition = compiler.Read(given[3], PtxType.Predicate);
        return (block, thread) => block.Write(to, thread, condition(block, thread) != 0 ? x(block, thread) : y(block, thread));
    }

    private PtxExecute Convert(string operation, string[] parts, string[] given)
    {
        Operands(given, 2);
        Func<ulong, ulong> compute = operation switch
        {
            "cvt.u64.u32" => a => a,
            "cvt.u32.u64" => a => (uint)a,
            "cvt.s64.s32" => a => (ulong)(int)a,
            // To the nearest, ties away from zero; what is no number, or infinite, keeps its upper bits (section 9.7.9.22).
            "cvt.rna.tf32.f32" => a => (a & 0x7f800000) == 0x7f800000 ? a & 0xffffe000 : a + 0x1000 & 0xffffe000,
            "cvt.rn.f32.u32" => a => Bits((uint)a),
            "cvt.rn.f32.s32" => a => Bits((int)a),
            _ => throw compiler.Unknown(operation),
        };
        PtxRegister to = compiler.Register(given[0], parts[^2] == "tf32" ? PtxType.B32 : compiler.TypeOf(parts[^2]), compiler.Line);
        PtxRead from = compiler.Read(given[1], compiler.TypeOf(operation));
        return (block, thread) => block.Write(to, thread, compute(from(block, thread)));
    }
}
