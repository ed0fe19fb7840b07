using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// The squeezes with a maximum: [C, H, W] -> [C], one channel at a time. Backward: the pixels that share a channel's maximum share its
/// gradient evenly (PyTorch's amax), so they are counted.
/// </summary>
internal static class MaximumSqueeze
{
    public static string TiesSignature(SEBlockPlan plan)
        => $"void CountTies(ref readonly float input, ref float scratch, nuint first, nuint last{Kernel.SizeParameter(plan)})";

    /// <summary>Where the maxima lie: with the mean beside them they have a place of their own.</summary>
    public static string MaximaAt(SEBlockPlan plan) => plan.Gate.Squeeze == Squeeze.Max ? "SqueezedAt" : "MaximaAt";

    public static void DeclareTies(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        writer.Line("/// <summary>ties[c] = how many pixels of input[c] are its maximum.</summary>");
        writer.Line($"static abstract {TiesSignature(plan)};");
    }

    /// <summary>The body of Squeeze.</summary>
    public static void Emit(Kernel kernel)
    {
        SourceWriter writer = kernel.Writer;
        bool mean = kernel.Plan.HasMean;
        if (mean && kernel.HasTail)
            kernel.DeclareLastLanes();

        using (writer.Block("for (nuint c = first; c < last; c++)"))
        {
            writer.Line($"ref float x = ref Add(ref xStart, c * {kernel.Pixels});");
            writer.Line($"var maximum = {kernel.Load("x", 0)};");
            if (mean)
                writer.Line($"var sum = {kernel.Width.Floats}.Zero;");

            using (Loop(kernel))
            {
                writer.Line($"maximum = {kernel.V}.Max(maximum, {kernel.Load("x", "i")});");
                if (mean)
                    writer.Line($"sum += {kernel.Load("x", "i")};");
            }

            writer.Blank();
            if (kernel.HasTail)
            {
                writer.Line($"var end = {kernel.Load("x", $"{kernel.Pixels} - {Numbers.Text(kernel.Lanes)}")};");
                writer.Line($"maximum = {kernel.V}.Max(maximum, end);");
                if (mean)
                    writer.Line("sum += end & lastLanes;");
            }

            WriteSqueezed(writer, kernel.Plan, "Horizontal.Max(maximum)", $"{kernel.V}.Sum(sum)");
        }
    }

    /// <summary>The body of Squeeze for channel c.</summary>
    public static void EmitScalar(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Line("float maximum = x;");
        if (plan.HasMean)
            writer.Line("float sum = 0;");

        using (writer.Block($"for (nuint i = 0; i < {Kernel.PixelsOf(plan)}; i++)"))
        {
            writer.Line("maximum = MathF.Max(maximum, Add(ref x, i));");
            if (plan.HasMean)
                writer.Line("sum += Add(ref x, i);");
        }

        writer.Blank();
        WriteSqueezed(writer, plan, "maximum", "sum");
    }

    public static void EmitTies(Kernel kernel)
    {
        SourceWriter writer = kernel.Writer;
        using (Kernel.Method(writer, TiesSignature(kernel.Plan)))
        {
            if (!kernel.Narrow($"CountTies(in input, ref scratch, first, last{(kernel.Plan.IsFixed ? "" : ", pixels")})"))
                return;

            if (kernel.HasTail)
                kernel.DeclareLastLanes();

            using (writer.Block("for (nuint c = first; c < last; c++)"))
            {
                string one = $"{kernel.Width.Floats}.One";
                writer.Line($"ref float x = ref Add(ref AsRef(in input), c * {kernel.Pixels});");
                writer.Line($"var maximum = {kernel.V}.Create(Add(ref scratch, {MaximaAt(kernel.Plan)} + c));");
                writer.Line($"var ties = {kernel.Width.Floats}.Zero;");
                using (Loop(kernel))
                    writer.Line($"ties += {kernel.V}.Equals({kernel.Load("x", "i")}, maximum) & {one};");

                writer.Blank();
                if (kernel.HasTail)
                    writer.Line(
                        $"ties += {kernel.V}.Equals({kernel.Load("x", $"{kernel.Pixels} - {Numbers.Text(kernel.Lanes)}")}, maximum) & "
                            + $"lastLanes & {one};");

                writer.Line($"Add(ref scratch, TiesAt + c) = {kernel.V}.Sum(ties);");
            }
        }
    }

    public static void EmitScalarTies(SourceWriter writer, SEBlockPlan plan)
    {
        using (Kernel.Method(writer, TiesSignature(plan)))
        {
            using (writer.Block("for (nuint c = first; c < last; c++)"))
            {
                writer.Line($"ref float x = ref Add(ref AsRef(in input), c * {Kernel.PixelsOf(plan)});");
                writer.Line($"float maximum = Add(ref scratch, {MaximaAt(plan)} + c), ties = 0;");
                using (writer.Block($"for (nuint i = 0; i < {Kernel.PixelsOf(plan)}; i++)"))
                    writer.Line("ties += Add(ref x, i) == maximum ? 1f : 0f;");

                writer.Blank();
                writer.Line("Add(ref scratch, TiesAt + c) = ties;");
            }
        }
    }

    private static SourceWriter.Scope Loop(Kernel kernel)
    {
        kernel.Writer.Blank();
        string lanes = Numbers.Text(kernel.Lanes);
        return kernel.Writer.Block(kernel.Plan.IsFixed
            ? $"for (nuint i = 0; i < {Numbers.Text(kernel.WholeVectors * kernel.Lanes)}; i += {lanes})"
            : $"for (nuint i = 0; i + {lanes} <= pixels; i += {lanes})");
    }

    private static void WriteSqueezed(SourceWriter writer, SEBlockPlan plan, string maximum, string sum)
    {
        if (!plan.HasMean)
        {
            writer.Line($"Add(ref scratch, SqueezedAt + c) = {maximum};");
            return;
        }

        writer.Line($"float largest = {maximum};");
        writer.Line("Add(ref scratch, MaximaAt + c) = largest;");
        writer.Line($"Add(ref scratch, SqueezedAt + c) = 0.5f * ({sum} * {SqueezeOp.Share(plan)}) + 0.5f * largest;");
    }
}
