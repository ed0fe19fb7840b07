using System.Globalization;

namespace SeGen.Tests.Ptx;

/// <summary>Makes of an instruction's text what it does for a thread.</summary>
internal sealed class PtxCompiler(IReadOnlyDictionary<string, PtxRegister> registers, IReadOnlyDictionary<string, int> shared, IReadOnlyList<PtxParameter> parameters)
{
    private string _text = "";
    private int _line;

    /// <summary>The instruction of a statement; the target of a branch is filled in when all labels are known.</summary>
    public PtxInstruction Compile(string operation, string operands, string text, int line, PtxRegister? guard, bool isNegated)
    {
        (_text, _line) = (text, line);
        string[] parts = operation.Split('.'), given = Split(operands);
        PtxKind kind = parts[0] switch
        {
            "bra" => PtxKind.Branch,
            "ret" => PtxKind.Exit,
            "bar" or "barrier" => PtxKind.Barrier,
            "shfl" => PtxKind.Shuffle,
            "mma" => PtxKind.Product,
            _ => PtxKind.Plain,
        };
        if (kind == PtxKind.Barrier && (operation is not ("bar.sync" or "barrier.sync") || operands != "0"))
            throw Fault("only barrier 0 of the whole block is known");

        return new PtxInstruction
        {
            Line = line,
            Text = text,
            Kind = kind,
            Guard = guard,
            IsGuardNegated = isNegated,
            Execute = kind == PtxKind.Plain ? Plain(operation, parts, given) : null,
            Shuffle = kind == PtxKind.Shuffle ? Shuffle(operation, parts, given) : null,
            Product = kind == PtxKind.Product ? Product(operation, given) : null,
        };
    }

    /// <summary>A declared register whose type fits.</summary>
    public PtxRegister Register(string name, PtxType type, int line)
    {
        _line = line;
        PtxRegister register = registers.TryGetValue(name, out PtxRegister? known) ? known : throw Fault($"there is no register {name}");
        return register.Type.Fits(type) ? register : throw Fault($"{name} is of type {register.Type}, the instruction of {type}");
    }

    private PtxExecute Plain(string operation, string[] parts, string[] given) => parts[0] switch
    {
        "ld" or "st" or "atom" or "red" or "fence" or "membar" or "prefetch" or "cvta" => new PtxMemoryCompiler(this).Compile(operation, parts, given),
        _ => new PtxArithmetic(this).Compile(operation, parts, given),
    };

    /// <summary>shfl.sync.MODE.b32 to, value, lane, clamp, mask (section 9.7.9.6).</summary>
    private PtxShuffle Shuffle(string operation, string[] parts, string[] given)
    {
        if (parts is not ["shfl", "sync", _, "b32"] || given.Length != 5)
            throw Unknown(operation);

        PtxRead lane = Read(given[2], PtxType.U32), clamp = Read(given[3], PtxType.U32);
        Func<PtxBlock, int, int> source = parts[2] switch
        {
            "bfly" => (block, thread) => thread % 32 ^ (int)lane(block, thread),
            "down" => (block, thread) => thread % 32 + (int)lane(block, thread) is int from && from <= (int)clamp(block, thread) ? from : thread % 32,
            "up" => (block, thread) => thread % 32 - (int)lane(block, thread) is int from && from >= (int)clamp(block, thread) ? from : thread % 32,
            "idx" => (block, thread) => (int)lane(block, thread),
            _ => throw Unknown(operation),
        };
        return new PtxShuffle(Register(given[0], PtxType.B32, _line), Read(given[1], PtxType.B32), source, (uint)Immediate(given[4], PtxType.B32));
    }

    /// <summary>mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 sums, left, right, sums before (section 9.7.13.4.7).</summary>
    private PtxProduct Product(string operation, string[] given)
        => operation == "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32" && given.Length == 4
            ? new PtxProduct(Registers(given[0], 4, PtxType.F32), Registers(given[1], 4, PtxType.B32), Registers(given[2], 2, PtxType.B32), Registers(given[3], 4, PtxType.F32))
            : throw Unknown(operation);

    /// <summary>The value of an operand.</summary>
    public PtxRead Read(string operand, PtxType type)
    {
        switch (operand)
        {
            case "%tid.x": return (_, thread) => (uint)thread;
            case "%laneid": return (_, thread) => (uint)thread % 32;
            case "%ntid.x": return (block, _) => (uint)block.Threads;
            case "%ctaid.x": return (block, _) => block.X;
            case "%ctaid.y": return (block, _) => block.Y;
            case "%ctaid.z": return (block, _) => block.Z;
            case "%nctaid.x": return (block, _) => block.Launch.Grid.X;
            case "%nctaid.y": return (block, _) => block.Launch.Grid.Y;
        }

        if (operand.StartsWith('%'))
        {
            PtxRegister register = Register(operand, type, _line);
            return (block, thread) => block.Read(register, thread);
        }

        ulong value = shared.TryGetValue(operand, out int at) ? (ulong)at : Immediate(operand, type);
        return (_, _) => value;
    }

    /// <summary>"[base+offset]", where the base is a register or an array in shared memory.</summary>
    public PtxRead Address(string operand, bool isGlobal)
    {
        if (operand is not ['[', .., ']'])
            throw Fault($"{operand} is no address");

        string[] terms = operand[1..^1].Split('+');
        PtxRead from = Read(terms[0].Trim(), isGlobal ? PtxType.U64 : PtxType.U32);
        ulong offset = terms.Length > 1 ? Immediate(terms[1].Trim(), PtxType.U64) : 0;
        return offset == 0 ? from : isGlobal ? (block, thread) => from(block, thread) + offset : (block, thread) => (uint)(from(block, thread) + offset);
    }

    /// <summary>The number of a parameter.</summary>
    public int Parameter(string operand, PtxType type)
    {
        int index = parameters.ToList().FindIndex(p => $"[{p.Name}]" == operand);
        return index < 0 ? throw Fault($"there is no parameter {operand}")
            : parameters[index].Type.Fits(type) ? index : throw Fault($"{operand} is of type {parameters[index].Type}");
    }

    /// <summary>One register, or those of "{a, b, c, d}".</summary>
    public PtxRegister[] Registers(string operand, int count, PtxType type)
    {
        string[] names = operand is ['{', .., '}'] ? [.. operand[1..^1].Split(',').Select(n => n.Trim())] : [operand];
        return names.Length == count ? [.. names.Select(n => Register(n, type, _line))] : throw Fault($"{count} registers are needed, {names.Length} given");
    }

    /// <summary>The type that an operation ends with.</summary>
    public PtxType TypeOf(string operation)
        => PtxTypes.TryParse(operation[(operation.LastIndexOf('.') + 1)..], out PtxType type) ? type : throw Unknown(operation);

    public PtxFaultException Unknown(string operation) => Fault($"the interpreter does not know {operation}");

    public PtxFaultException Fault(string message) => new($"line {_line}: {message}: {_text}");

    public int Line => _line;

    private ulong Immediate(string text, PtxType type)
    {
        bool isNegative = text.StartsWith('-');
        string digits = isNegative ? text[1..] : text;
        bool isRead = digits.StartsWith("0f", StringComparison.Ordinal) && type is PtxType.F32 or PtxType.B32
            ? ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            : digits.StartsWith("0x", StringComparison.Ordinal)
                ? ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
                : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) && type != PtxType.F32;
        if (!isRead)
            throw Fault($"{text} is no value of type {type}");

        value = isNegative ? (ulong)-(long)value : value;
        return type.Is64() ? value : (uint)value;
    }

    /// <summary>Operands, of which a vector is one.</summary>
    private static string[] Split(string operands)
    {
        var all = new List<string>();
        int from = 0, depth = 0;
        for (int at = 0; at <= operands.Length; at++)
        {
            if (at == operands.Length || (operands[at] == ',' && depth == 0))
            {
                if (operands[from..at].Trim() is { Length: > 0 } operand)
                    all.Add(operand);

                from = at + 1;
            }
            else
                depth += operands[at] switch { '{' or '[' => 1, '}' or ']' => -1, _ => 0 };
        }

        return [.. all];
    }
}
