using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// Scale of one image and squeeze of the next in one pass: y[c] = s[c] x[c] and z'[c] = the mean of x'[c]. Stores past the caches and
/// reads of what is not cached yet wait for different things, so that together they take less time than one after the other
/// (docs/performance.md). The sums are added up exactly as by <see cref="SqueezeOp"/>: the same bits.
/// </summary>
internal static class ScaleAndSqueezeOp
{
    private const string Head = "void ScaleAndSqueeze(ref readonly float input, ref float scratch, ref float output, ref readonly float "
        + "nextInput, ref float nextScratch, nuint first, nuint last)";

    /// <summary>Whole vectors alone, in loops, for whole blocks of streams.</summary>
    public static bool IsIn(SEBlockPlan plan)
        => plan.Spec.MaxBatch > 1 && plan.IsFixed && plan.CanStream && plan.HasMean && !plan.HasMaximum
        && plan.Pixels % VectorWidth.MaxLanes == 0 && plan.Pixels / VectorWidth.MaxLanes > UnrollBudget.RowVectors
            && plan.Channels % UnrollBudget.Streams == 0;

    public static void Declare(SourceWriter writer)
    {
        writer.Blank();
        writer.Line("/// <summary>output[c] = gates[c] input[c], past the caches, and the squeeze of the next image; output is at a "
            + "multiple of 64 bytes.</summary>");
        writer.Line($"static abstract {Head};");
    }

    public static void Emit(Kernel kernel)
    {
        SourceWriter writer = kernel.Writer;
        int step = UnrollBudget.StepVectors * kernel.Lanes, whole = kernel.Plan.Pixels / step * step;
        using (Kernel.Method(writer, Head))
        {
            writer.Line("ref float gates = ref Add(ref scratch, GatesAt);");
            writer.Line("ref float squeezed = ref Add(ref nextScratch, SqueezedAt);");
            using (writer.Block($"for (nuint c = first; c < last; c += {UnrollBudget.Streams})"))
            {
                foreach ((string name, string source) in new[] { ("next", "AsRef(in nextInput)"), ("x", "AsRef(in input)"),
                    ("y", "output") })
                    Rows(writer, name, source);

                Streams(writer, s => $"var gate{s} = {kernel.V}.Create(Add(ref gates, c{(s == "0" ? "" : $" + {s}")}));");
                Streams(writer, s => $"var sum{s} = {kernel.Width.Floats}.Zero;");
                writer.Blank();
                using (writer.Block($"for (nuint i = 0; i < {whole}; i += {step})"))
                {
                    Streams(writer, s => $"sum{s} += SqueezeStep(ref next{s}, i);");
                    Streams(writer, s => $"ScaleStep(ref x{s}, gate{s}, ref y{s}, i);");
                }

                for (int i = whole; i < kernel.Plan.Pixels; i += kernel.Lanes)
                {
                    string at = Numbers.Text(i);
                    writer.Blank();
                    Streams(writer, s => $"sum{s} += {kernel.Load($"next{s}", at)};");
                    Streams(writer, s => $"Streaming.Store(gate{s} * {kernel.Load($"x{s}", at)}, ref Add(ref y{s}, {at}));");
                }

                writer.Blank();
                writer.Line("var sums = TransposedSum.Of(sum0, sum1, sum2, sum3);");
                writer.Line("(sums * Share).StoreUnsafe(ref squeezed, c);");
            }
        }

        writer.Blank();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Block($"private static void ScaleStep(ref float x, {kernel.Width.Floats} gate, ref float y, nuint at)"))
        {
            for (int i = 0; i < UnrollBudget.StepVectors; i++)
            {
                string at = i == 0 ? "at" : $"at + {Numbers.Text(i * kernel.Lanes)}";
                writer.Line($"Streaming.Store(gate * {kernel.Load("x", at)}, ref Add(ref y, {at}));");
            }
        }
    }

    public static void EmitScalar(SourceWriter writer)
    {
        using (Kernel.Method(writer, Head))
        {
            writer.Line("ScaleStreaming(in input, ref scratch, ref output, first, last);");
            writer.Line("Squeeze(in nextInput, ref nextScratch, first, last);");
        }
    }

    private static void Rows(SourceWriter writer, string name, string source)
    {
        writer.Line($"ref float {name}0 = ref Add(ref {source}, c * Pixels);");
        for (int s = 1; s < UnrollBudget.Streams; s++)
            writer.Line($"ref float {name}{s} = ref Add(ref {name}{s - 1}, Pixels);");
    }

    private static void Streams(SourceWriter writer, Func<string, string> line)
    {
        for (int s = 0; s < UnrollBudget.Streams; s++)
            writer.Line(line(Numbers.Text(s)));
    }
}
