using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;

namespace SeGen.Tests.Generator;

/// <summary>Counts what the JIT counts: loads, stores and addresses of locals and arguments.</summary>
internal static class LocalReferences
{
    private static readonly Dictionary<short, OpCode> ByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(code => code.Value);

    public static int Count(ImmutableArray<byte> il)
    {
        int count = 0;
        for (int i = 0; i < il.Length;)
        {
            // Two-byte opcodes begin with FE.
            short value = il[i++];
            if (value == 0xFE)
                value = (short)(0xFE00 | il[i++]);

            OpCode code = ByValue[value];
            if (IsReference(code.Name!))
                count++;

            i += OperandLength(code, il, i);
        }

        return count;
    }

    private static bool IsReference(string name) => name.Split('.')[0] is "ldloc" or "stloc" or "ldloca" or "ldarg" or "starg" or "ldarga";

    private static int OperandLength(OpCode code, ImmutableArray<byte> il, int at) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il.AsSpan(at, 4)),
        _ => 4,
    };
}
