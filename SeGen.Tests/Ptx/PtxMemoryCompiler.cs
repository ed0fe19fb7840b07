namespace SeGen.Tests.Ptx;

/// <summary>Instructions on memory (PTX ISA, sections 9.7.8 and 9.7.12).</summary>
internal sealed class PtxMemoryCompiler(PtxCompiler compiler)
{
    public PtxExecute Compile(string operation, string[] parts, string[] given)
    {
        switch (parts[0])
        {
            case "fence" when operation is "fence.acq_rel.gpu" or "fence.sc.gpu":
            case "membar" when operation == "membar.gl":
                return (block, thread) => block.Launch.Order.Fence(block, thread);
            case "prefetch" when operation is "prefetch.global.L2" or "prefetch.global.L1":
                compiler.Address(given[0], isGlobal: true);
                return (_, _) => { };
            case "cvta" when operation == "cvta.to.global.u64":
                PtxRegister pointer = compiler.Register(given[0], PtxType.U64, compiler.Line);
                PtxRead generic = compiler.Read(given[1], PtxType.U64);
                return (block, thread) => block.Write(pointer, thread, generic(block, thread));
            case "ld" when parts[1] == "param":
                PtxType parameterType = compiler.TypeOf(operation);
                PtxRegister argument = compiler.Register(given[0], parameterType, compiler.Line);
                int index = compiler.Parameter(given[1], parameterType);
                return (block, thread) => block.Write(argument, thread, block.Launch.Arguments[index]);
            case "ld" or "st":
                return Access(operation, parts, given);
            case "atom" or "red":
                return Atomic(operation, parts, given);
            default:
                throw compiler.Unknown(operation);
        }
    }

    private PtxExecute Access(string operation, string[] parts, string[] given)
    {
        bool isStore = parts[0] == "st", isGlobal = parts.Contains("global");
        PtxType type = compiler.TypeOf(operation);
        int count = parts.Contains("v4") ? 4 : parts.Contains("v2") ? 2 : 1;
        string[] known = ["ld", "st", "global", "shared", "v2", "v4", "nc", "ca", "cg", "cs", "lu", "cv", "wb", "wt", "relaxed", "acquire", "release", "gpu", parts[^1]];
        if (given.Length != 2 || parts.Except(known).Any() || isGlobal == parts.Contains("shared") || type == PtxType.Predicate)
            throw compiler.Unknown(operation);

        (string values, string place) = isStore ? (given[1], given[0]) : (given[0], given[1]);
        PtxRead address = compiler.Address(place, isGlobal);
        int words = type.Words();
        if (isStore)
        {
            // A stored value may be a constant.
            PtxRead[] from = values is ['{', ..] ? [.. compiler.Registers(values, count, type).Select(r => compiler.Read(r.Name, type))] : count == 1 ? [compiler.Read(values, type)] : throw compiler.Fault("a vector is needed");
            PtxOrdering ordering = parts.Contains("release") ? PtxOrdering.Release : parts.Contains("relaxed") ? PtxOrdering.Relaxed : PtxOrdering.None;
            return (block, thread) =>
            {
                ulong at = address(block, thread);
                Span<ulong> stored = stackalloc ulong[count];
                for (int i = 0; i < count; i++)
                    stored[i] = from[i](block, thread);

                if (isGlobal)
                    block.Launch.Memory.Store(block, thread, at, stored, words, ordering);
                else
                    block.Shared.Store(thread, at, stored, words);
            };
        }

        PtxRegister[] to = compiler.Registers(values, count, type);
        PtxOrdering load = parts.Contains("acquire") ? PtxOrdering.Acquire : parts.Contains("relaxed") ? PtxOrdering.Relaxed : parts.Contains("nc") ? PtxOrdering.ReadOnly : PtxOrdering.None;
        return (block, thread) =>
        {
            ulong at = address(block, thread);
            Span<ulong> loaded = stackalloc ulong[count];
            if (isGlobal)
                block.Launch.Memory.Load(block, thread, at, loaded, words, load);
            else
                block.Shared.Load(thread, at, loaded, words);

            for (int i = 0; i < count; i++)
                block.Write(to[i], thread, loaded[i]);
        };
    }

    /// <summary>atom.ORDER.gpu.global.OPERATION.u32, and red, which does not return what was there.</summary>
    private PtxExecute Atomic(string operation, string[] parts, string[] given)
    {
        bool returns = parts[0] == "atom";
        if (parts is not [_, "relaxed" or "acquire" or "release" or "acq_rel", "gpu", "global", _, "u32" or "s32" or "b32"] || given.Length < (returns ? 3 : 2))
            throw compiler.Unknown(operation);

        Func<uint, uint, uint, uint> change = parts[4] switch
        {
            "add" => (old, a, _) => old + a,
            "inc" => (old, a, _) => old >= a ? 0 : old + 1,
            "exch" => (_, a, _) => a,
            "max" => (old, a, _) => Math.Max(old, a),
            "cas" when given.Length == 4 => (old, a, b) => old == a ? b : old,
            _ => throw compiler.Unknown(operation),
        };
        PtxOrdering ordering = parts[1] switch
        {
            "acquire" => PtxOrdering.Acquire,
            "release" => PtxOrdering.Release,
            "acq_rel" => PtxOrdering.AcquireRelease,
            _ => PtxOrdering.Relaxed,
        };
        int first = returns ? 1 : 0;
        PtxRegister? to = returns ? compiler.Register(given[0], PtxType.B32, compiler.Line) : null;
        PtxRead address = compiler.Address(given[first], isGlobal: true), value = compiler.Read(given[first + 1], PtxType.B32);
        PtxRead other = given.Length > first + 2 ? compiler.Read(given[first + 2], PtxType.B32) : (_, _) => 0;
        return (block, thread) =>
        {
            uint a = (uint)value(block, thread), b = (uint)other(block, thread);
            uint old = block.Launch.Memory.Change(block, thread, address(block, thread), was => change(was, a, b), ordering);
            if (to is not null)
                block.Write(to, thread, old);
        };
    }
}
