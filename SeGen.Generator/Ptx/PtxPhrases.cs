using SeGen.Generator.Emit;
using SeGen.Generator.Model;

namespace SeGen.Generator.Ptx;

/// <summary>What several kernels have in common.</summary>
internal static class PtxPhrases
{
    private const int Lanes = 32;

    /// <summary>A loop from a thread's first index on, in steps; it is not entered where there is nothing to do.</summary>
    /// <param name="writer">The kernel.</param>
    /// <param name="role">What the index is called.</param>
    /// <param name="first">The first index, a register.</param>
    /// <param name="count">Where it ends: a number or a register.</param>
    /// <param name="step">The step.</param>
    /// <param name="body">What is done with an index.</param>
    public static void Loop(this PtxWriter writer, string role, string first, string count, int step, Action<string> body)
    {
        string index = writer.Integer("mov.u32", role, first), top = writer.Label($"each_{role}"), end = writer.Label($"no_more_{role}");
        string isOver = writer.Compare("ge.u32", "isOver", index, count);
        writer.Line($"@{isOver} bra {end}");
        writer.Place(top);
        body(index);
        writer.Line($"add.u32 {index}, {index}, {Numbers.Text(step)}");
        writer.Line($"setp.lt.u32 {isOver}, {index}, {count}");
        writer.Line($"@{isOver} bra {top}");
        writer.Place(end);
    }

    /// <summary>The sum, or another combination, of a value over the lanes of a warp, in all of them: always in the same order.</summary>
    public static string OverWarp(this PtxWriter writer, string combine, string value)
    {
        for (int distance = Lanes / 2; distance > 0; distance /= 2)
        {
            string bits = writer.Integer("mov.b32", "bits", value), other = writer.Float("other");
            writer.Line($"shfl.sync.bfly.b32 {bits}, {bits}, {Numbers.Text(distance)}, 31, 0xffffffff");
            writer.Line($"mov.b32 {other}, {bits}");
            value = writer.Real(combine, "combined", value, other);
        }

        return value;
    }

    /// <summary>1 / (1 + 2^(-v log2 e)): for large -v the power is infinite and the result 0.</summary>
    public static string Sigmoid(this PtxWriter writer, string value)
    {
        string power = writer.Real("mul.rn.f32", "power", value, PtxWriter.Constant(-1.44269504f));
        string exponential = writer.Real("ex2.approx.f32", "exponential", power);
        return writer.Real("rcp.rn.f32", "sigmoid", writer.Real("add.rn.f32", "onePlus", exponential, PtxWriter.Constant(1f)));
    }

    /// <summary>min(max(v / 6 + 1/2, 0), 1); what is no number stays none.</summary>
    public static string HardSigmoid(this PtxWriter writer, string value)
    {
        string line = writer.Real("fma.rn.f32", "line", value, PtxWriter.Constant(1f / 6), PtxWriter.Constant(0.5f));
        return Clamp(writer, line, 0f, 1f);
    }

    /// <summary>An activation of a value.</summary>
    public static string Activate(this PtxWriter writer, Activation activation, string value) => activation switch
    {
        Activation.ReLU => Clamp(writer, value, 0f, null),
        Activation.ReLU6 => Clamp(writer, value, 0f, 6f),
        Activation.SiLU => writer.Real("mul.rn.f32", "activated", value, writer.Sigmoid(value)),
        Activation.HardSwish => writer.Real("mul.rn.f32", "activated", value, writer.HardSigmoid(value)),
        _ => value,
    };

    /// <summary>A gate's function of a value.</summary>
    public static string Open(this PtxWriter writer, Gate gate, string value) => gate == Gate.Sigmoid ? writer.Sigmoid(value) : writer.HardSigmoid(value);

    /// <summary>A value between two limits. PTX's max takes the number where the other is none, so comparisons do it: NaN fails both.</summary>
    private static string Clamp(PtxWriter writer, string value, float least, float? most)
    {
        string clamped = writer.Float("clamped"), isBelow = writer.Compare("lt.f32", "isBelow", value, PtxWriter.Constant(least));
        writer.Line($"selp.f32 {clamped}, {PtxWriter.Constant(least)}, {value}, {isBelow}");
        if (most is { } limit)
        {
            string isAbove = writer.Compare("gt.f32", "isAbove", clamped, PtxWriter.Constant(limit));
            writer.Line($"selp.f32 {clamped}, {PtxWriter.Constant(limit)}, {clamped}, {isAbove}");
        }

        return clamped;
    }
}
