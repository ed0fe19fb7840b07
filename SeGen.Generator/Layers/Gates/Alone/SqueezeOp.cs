using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// Squeeze: [C, H, W] -> [C], one value for each channel: z[c] = the mean of x[c] (or its sum / (H + W)). Backward: every pixel of a
/// channel gets dz[c] times the same factor, which the pass over the input's gradient adds (<see cref="ScaleOp"/>).
/// </summary>
internal static class SqueezeOp
{
    private static readonly RowReduction Sum = new("Squeeze", ["x"], "squeezed", "Share");

    public static bool IsIn(SEBlockPlan plan) => plan.HasHidden;

    /// <summary>The last parameters of a kernel that needs the factor of the mean.</summary>
    public static string ShareParameter(SEBlockPlan plan) => plan.IsFixed || !plan.HasMean ? "" : ", float share";

    /// <summary>The factor of each pixel: a constant, or the kernel's argument.</summary>
    public static string Share(SEBlockPlan plan) => plan.IsFixed ? "Share" : "share";

    public static string Signature(SEBlockPlan plan)
        => $"void Squeeze(ref readonly float input, ref float scratch, nuint first, nuint "
            + $"last{Kernel.SizeParameter(plan)}{ShareParameter(plan)})";

    public static void Declare(SourceWriter writer, SEBlockPlan plan)
    {
        string what = plan.Gate.Squeeze switch
        {
            Squeeze.Mean => "the mean over the pixels of input[c]",
            Squeeze.SumOverHPlusW => "the sum over the pixels of input[c], divided by H + W",
            Squeeze.Max => "the maximum over the pixels of input[c]",
            _ => "half the mean plus half the maximum over the pixels of input[c]",
        };
        writer.Blank();
        writer.Line($"/// <summary>squeezed[c] = {what}, for channels first to last - 1.</summary>");
        writer.Line($"static abstract {Signature(plan)};");
    }

    public static void Emit(Kernel kernel)
    {
        using (Kernel.Method(kernel.Writer, Signature(kernel.Plan)))
        {
            if (!kernel.Narrow(
                $"Squeeze(in input, ref scratch, first, "
                    + $"last{(kernel.Plan.IsFixed ? "" : ", pixels")}{(ShareParameter(kernel.Plan).Length > 0 ? ", share" : "")})"))
                return;

            kernel.Writer.Line("ref float xStart = ref AsRef(in input);");
            kernel.Writer.Line("ref float squeezed = ref Add(ref scratch, SqueezedAt);");
            if (kernel.Plan.HasMaximum)
                MaximumSqueeze.Emit(kernel);
            else
                (Sum with { Factor = Share(kernel.Plan) }).Emit(kernel);
        }

        if (!kernel.Plan.HasMaximum)
            Sum.EmitHelpers(kernel);
    }

    public static void EmitScalar(SourceWriter writer, SEBlockPlan plan)
    {
        using (Kernel.Method(writer, Signature(plan)))
        {
            using (writer.Block("for (nuint c = first; c < last; c++)"))
            {
                writer.Line($"ref float x = ref Add(ref AsRef(in input), c * {Kernel.PixelsOf(plan)});");
                if (plan.HasMaximum)
                    MaximumSqueeze.EmitScalar(writer, plan);
                else
                {
                    writer.Line("float sum = 0;");
                    using (writer.Block($"for (nuint i = 0; i < {Kernel.PixelsOf(plan)}; i++)"))
                        writer.Line("sum += Add(ref x, i);");

                    writer.Blank();
                    writer.Line($"Add(ref scratch, SqueezedAt + c) = sum * {Share(plan)};");
                }
            }
        }
    }
}
