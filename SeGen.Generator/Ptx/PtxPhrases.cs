using SeGen.Generator.Model;
using SeGen.Generator.Text;

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
    /// <param name="step">The step: a number or a register.</param>
    /// <param name="body">What is done with an index.</param>
    public static void Loop(this PtxWriter writer, string role, string first, string count, string step, Action<string> body)
    {
        string index = writer.Integer("mov.u32", role, first), top = writer.Label($"each_{role}"), end = writer.Label($"no_more_{role}");
        string isOver = writer.Compare("ge.u32", "isOver", index, count);
        writer.Line($"@{isOver} bra {end}");
        writer.Place(top);
        body(index);
        writer.Line($"add.u32 {index}, {index}, {step}");
        writer.Line($"setp.lt.u32 {isOver}, {index}, {count}");
        writer.Line($"@{isOver} bra {top}");
        writer.Place(end);
    }

    /// <summary>The sum, or another combination, of a value over the lanes of a warp, in all of them: always in the same order.</summary>
    public static string OverWarp(this PtxWriter writer, Func<string, string, string> combine, string value)
    {
        for (int distance = Lanes / 2; distance > 0; distance /= 2)
            value = combine(value, writer.FromLane(value, distance));

        return value;
    }

    /// <summary>The value that the lane so far away has, where all lanes come by.</summary>
    public static string FromLane(this PtxWriter writer, string value, int distance)
    {
        string bits = writer.Integer("mov.b32", "bits", value), other = writer.Float("other");
        writer.Line($"shfl.sync.bfly.b32 {bits}, {bits}, {Numbers.Text(distance)}, 31, 0xffffffff");
        writer.Line($"mov.b32 {other}, {bits}");
        return other;
    }

    public static string Sum(this PtxWriter writer, string a, string b) => writer.Real("add.rn.f32", "sum", a, b);

    /// <summary>
    /// The larger one; what is no number stays none, as in PyTorch. PTX's max takes the number, and its max.NaN needs Ampere.
    /// </summary>
    public static string Maximum(this PtxWriter writer, string a, string b)
    {
        string maximum = writer.Float("maximum");
        writer.Line($"mov.f32 {maximum}, {a}");
        writer.RaiseTo(maximum, b, guard: "");
        return maximum;
    }

    /// <summary>The same, in the first one's register.</summary>
    public static void RaiseTo(this PtxWriter writer, string maximum, string value, string guard)
    {
        string isMore = writer.Predicate("isMore"), isNone = writer.Predicate("isNone");
        writer.Line($"{guard}setp.gt.f32 {isMore}, {value}, {maximum}");
        writer.Line($"{guard}setp.neu.f32 {isNone}, {value}, {value}");
        writer.Line($"{guard}selp.f32 {maximum}, {value}, {maximum}, {isMore}");
        writer.Line($"{guard}selp.f32 {maximum}, {value}, {maximum}, {isNone}");
    }

    /// <summary>Branches where a register is not zero: what follows is for one lane, thread or block alone.</summary>
    public static void OnlyWhereZero(this PtxWriter writer, string register, string role, Action body)
    {
        string end = writer.Label(role), isOther = writer.Compare("ne.u32", "isOther", register, "0");
        writer.Line($"@{isOther} bra {end}");
        body();
        writer.Place(end);
    }

    /// <summary>The address of a float in an array.</summary>
    public static string Element(this PtxWriter writer, string start, string index, int offset = 0)
        => Place(writer.Wide("mad.wide.u32", "at", index, "4", start), offset * 4L);

    /// <summary>An address and a constant number of bytes behind it.</summary>
    public static string Place(string address, long offset) => offset == 0 ? $"[{address}]" : $"[{address}+{Numbers.Text(offset)}]";

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
    public static string Open(this PtxWriter writer, Gate gate, string value)
        => gate == Gate.Sigmoid ? writer.Sigmoid(value) : writer.HardSigmoid(value);

    /// <summary>The derivative of a sigmoid, by its value.</summary>
    public static string SigmoidSlope(this PtxWriter writer, string sigmoid)
        => writer.Real("mul.rn.f32", "slope", sigmoid, writer.Real("sub.rn.f32", "rest", PtxWriter.Constant(1f), sigmoid));

    /// <summary>The derivative of a hard sigmoid: 1/6 between -3 and 3.</summary>
    public static string HardSigmoidSlope(this PtxWriter writer, string value)
        => Between(writer, value, -3f, 3f, PtxWriter.Constant(1f / 6));

    /// <summary>The derivative of an activation, by what went into it, as PyTorch has it at the corners.</summary>
    public static string ActivationSlope(this PtxWriter writer, Activation activation, string value)
    {
        switch (activation)
        {
            case Activation.ReLU:
                return Between(writer, value, 0f, null, PtxWriter.Constant(1f));
            case Activation.ReLU6:
                return Between(writer, value, 0f, 6f, PtxWriter.Constant(1f));
            case Activation.SiLU:
                // s + v s (1 - s).
                string sigmoid = writer.Sigmoid(value);
                return writer.Real(
                    "fma.rn.f32", "slope", writer.Real("mul.rn.f32", "scaled", value, sigmoid),
                    writer.Real("sub.rn.f32", "rest", PtxWriter.Constant(1f), sigmoid), sigmoid);
            case Activation.HardSwish:
                // v / 3 + 1/2 between -3 and 3, 0 below, 1 above.
                string line = Between(
                    writer, value, -3f, 3f, writer.Real("fma.rn.f32", "line", value, PtxWriter.Constant(1f / 3), PtxWriter.Constant(0.5f)));
                string isAbove = writer.Compare("ge.f32", "isAbove", value, PtxWriter.Constant(3f));
                return writer.Real("selp.f32", "slope", PtxWriter.Constant(1f), line, isAbove);
            default:
                return PtxWriter.Constant(1f);
        }
    }

    /// <summary>A number where a value lies between two limits, itself no limit; else 0.</summary>
    private static string Between(PtxWriter writer, string value, float least, float? most, string inside)
    {
        string isInside = writer.Compare("gt.f32", "isInside", value, PtxWriter.Constant(least));
        if (most is { } limit)
        {
            string isBelow = writer.Compare("lt.f32", "isBelow", value, PtxWriter.Constant(limit));
            writer.Line($"and.pred {isInside}, {isInside}, {isBelow}");
        }

        return writer.Real("selp.f32", "slope", inside, PtxWriter.Constant(0f), isInside);
    }

    /// <summary>
    /// A value between two limits. PTX's max takes the number where the other is none, so comparisons do it: NaN fails both.
    /// </summary>
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
