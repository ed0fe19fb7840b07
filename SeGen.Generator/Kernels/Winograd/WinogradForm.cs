using SeGen.Generator.Emit;

namespace SeGen.Generator.Kernels.Winograd;

/// <summary>
/// The transforms of F(m x m, 3 x 3): Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016, section 4; points 0, 1, -1 and
/// infinity for m = 2, with 2 and -2 for m = 4. A tile of m x m outputs is A^T [(G w G^T) * (B^T x B)] A, where * multiplies point by point.
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
            Constants(writer, lanes, ("two", 2), ("four", 4), ("minusFour", -4), ("minusFive", -5));
    }

    /// <inheritdoc cref="InputConstants"/>
    public void OutputConstants(SourceWriter writer, Lanes lanes)
    {
        if (Outputs == 4)
            Constants(writer, lanes, ("two", 2), ("four", 4), ("eight", 8));
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

        writer.Line($"var even = {lanes.MultiplyAdd("minusFour", "x2", "x4")};");
        writer.Line($"var odd = {lanes.MultiplyAdd("minusFour", "x1", "x3")};");
        writer.Line("var far = x4 - x2;");
        writer.Line("var near = two * (x3 - x1);");
        writer.Line($"var t0 = {lanes.MultiplyAdd("four", "x0", lanes.MultiplyAdd("minusFive", "x2", "x4"))};");
        writer.Line("var t1 = even + odd;");
        writer.Line("var t2 = even - odd;");
        writer.Line("var t3 = far + near;");
        writer.Line("var t4 = far - near;");
        writer.Line($"var t5 = {lanes.MultiplyAdd("four", "x1", lanes.MultiplyAdd("minusFive", "x3", "x5"))};");
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
        writer.Line($"var t1 = {lanes.MultiplyAdd("two", "difference2", "difference1")};");
        writer.Line($"var t2 = {lanes.MultiplyAdd("four", "sum2", "sum1")};");
        writer.Line($"var t3 = {lanes.MultiplyAdd("eight", "difference2", "difference1")} + m5;");
    }

    private static void Constants(SourceWriter writer, Lanes lanes, params (string Name, int Value)[] constants)
    {
        foreach ((string name, int value) in constants)
            writer.Line(lanes.Width is null ? $"const float {name} = {Numbers.Text(value)}f;" : $"var {name} = {lanes.Create($"{Numbers.Text(value)}f")};");
    }
}
