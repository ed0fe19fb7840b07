using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv.Winograd;

/// <summary>
/// The transforms of F(m x m, 3 x 3): Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016, section 4. A tile of m x m
/// outputs is A^T [(G w G^T) * (B^T x B)] A, where * multiplies point by point. The polynomials are interpolated at 0, 1, -1 and infinity
/// for m = 2, at 0, 3/4, -3/4, 3/2, -3/2 and infinity for m = 4: with the usual 1, -1, 2, -2 the largest rounding errors are three times
/// as large, since their powers are (docs/performance.md; Barabasz et al., Error Analysis and Improving the Accuracy of Winograd
/// Convolution, 2020).
/// </summary>
/// <param name="Outputs">m: pixels of a tile's side.</param>
internal sealed record WinogradForm(int Outputs)
{
    public static readonly WinogradForm F2 = new(2), F4 = new(4);

    /// <summary>Pixels of the input that a tile reads along a side.</summary>
    public int Inputs => Outputs + 2;

    /// <summary>Products for each pair of an input and an output channel.</summary>
    public int Points => Inputs * Inputs;

    /// <summary>"F(4x4, 3x3)".</summary>
    public string Title => $"F({Numbers.Text(Outputs)}x{Numbers.Text(Outputs)}, 3x3)";

    /// <summary>The constants that the transforms of a method multiply by.</summary>
    public void InputConstants(SourceWriter writer, Lanes lanes)
    {
        if (Outputs == 4)
            Constants(
                writer, lanes, ("a", "0.75f"), ("b", "1.5f"), ("minusA", "-0.75f"), ("minusB", "-1.5f"), ("minusA2", "-0.5625f"),
                ("minusB2", "-2.25f"), ("a2b2", "1.265625f"), ("minusSum", "-2.8125f"));
    }

    /// <inheritdoc cref="InputConstants"/>
    public void OutputConstants(SourceWriter writer, Lanes lanes)
    {
        if (Outputs == 4)
            Constants(
                writer, lanes, ("a", "0.75f"), ("b", "1.5f"), ("a2", "0.5625f"), ("b2", "2.25f"), ("a3", "0.421875f"), ("b3", "3.375f"));
    }

    /// <summary>One side of B^T x B: x0, x1, ... to t0, t1, ...</summary>
    public void InputSide(SourceWriter writer, Lanes lanes)
    {
        if (Outputs == 2)
        {
            writer.Line("var t0 = x0 - x2;");
            writer.Line("var t1 = x1 + x2;");
            writer.Line("var t2 = x2 - x1;");
            writer.Line("var t3 = x1 - x3;");
            return;
        }

        writer.Line($"var even1 = {lanes.MultiplyAdd("minusB2", "x2", "x4")};");
        writer.Line($"var odd1 = {lanes.MultiplyAdd("minusB2", "x1", "x3")};");
        writer.Line($"var even2 = {lanes.MultiplyAdd("minusA2", "x2", "x4")};");
        writer.Line($"var odd2 = {lanes.MultiplyAdd("minusA2", "x1", "x3")};");
        writer.Line($"var t0 = {lanes.MultiplyAdd("a2b2", "x0", lanes.MultiplyAdd("minusSum", "x2", "x4"))};");
        writer.Line($"var t1 = {lanes.MultiplyAdd("a", "odd1", "even1")};");
        writer.Line($"var t2 = {lanes.MultiplyAdd("minusA", "odd1", "even1")};");
        writer.Line($"var t3 = {lanes.MultiplyAdd("b", "odd2", "even2")};");
        writer.Line($"var t4 = {lanes.MultiplyAdd("minusB", "odd2", "even2")};");
        writer.Line($"var t5 = {lanes.MultiplyAdd("a2b2", "x1", lanes.MultiplyAdd("minusSum", "x3", "x5"))};");
    }

    /// <summary>One side of A^T m A: m0, m1, ... to t0, t1, ...</summary>
    public void OutputSide(SourceWriter writer, Lanes lanes)
    {
        if (Outputs == 2)
        {
            writer.Line("var t0 = m0 + m1 + m2;");
            writer.Line("var t1 = m1 - m2 - m3;");
            return;
        }

        writer.Line("var sum1 = m1 + m2;");
        writer.Line("var difference1 = m1 - m2;");
        writer.Line("var sum2 = m3 + m4;");
        writer.Line("var difference2 = m3 - m4;");
        writer.Line("var t0 = m0 + sum1 + sum2;");
        writer.Line($"var t1 = {lanes.MultiplyAdd("a", "difference1", "b * difference2")};");
        writer.Line($"var t2 = {lanes.MultiplyAdd("a2", "sum1", "b2 * sum2")};");
        writer.Line($"var t3 = {lanes.MultiplyAdd("a3", "difference1", lanes.MultiplyAdd("b3", "difference2", "m5"))};");
    }

    /// <summary>Powers of the points, all of them floats without rounding.</summary>
    private static void Constants(SourceWriter writer, Lanes lanes, params (string Name, string Value)[] constants)
    {
        foreach ((string name, string value) in constants)
            writer.Line(lanes.Width is null ? $"const float {name} = {value};" : $"var {name} = {lanes.Create(value)};");
    }
}
