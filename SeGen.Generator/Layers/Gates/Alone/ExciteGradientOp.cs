using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// The backward pass of <see cref="ExciteOp"/> for one image. With ds = dL/dgate and t what went into the gate function:
/// dt = ds gate'(t); da = W2^T dt; dh = da act'(h); dz = W1^T dh. The same two forms of a dense layer, each with the other's matrix.
/// </summary>
internal static class ExciteGradientOp
{
    public static string Signature(SEBlockPlan plan)
        => $"void ExciteGradients(ref readonly float weights, ref float scratch{SqueezeOp.ShareParameter(plan)})";

    public static void Declare(SourceWriter writer, SEBlockPlan plan)
    {
        string hidden = plan.HasHidden
            ? "; hiddenGradients = W2^T gateGradients act'(h); squeezedGradients = W1^T hiddenGradients, for each pixel"
            : "";
        writer.Blank();
        writer.Line($"/// <summary>gateGradients *= gate'(t){hidden}.</summary>");
        writer.Line($"static abstract {Signature(plan)};");
    }

    public static void Emit(Kernel kernel)
    {
        SEBlockPlan plan = kernel.Plan;
        SourceWriter writer = kernel.Writer;
        using (Kernel.Method(writer, Signature(plan)))
        {
            DeclareStarts(writer, plan);
            writer.Blank();
            using (writer.Block($"for (nuint c = 0; c < PaddedChannels; c += {kernel.Lanes})"))
            {
                writer.Line($"var gradient = {kernel.Load("gateGradients", "c")};");
                if (plan.Gate.Gate == Gate.Sigmoid)
                {
                    writer.Line($"var gate = {kernel.Load("gates", "c")};");
                    writer.Line($"(gradient * gate * ({kernel.Width.Floats}.One - gate)).StoreUnsafe(ref gateGradients, c);");
                }
                else
                {
                    writer.Line(
                        $"var slope = {kernel.V}.LessThan({kernel.V}.Abs({kernel.Load("gateInput", "c")}), {kernel.V}.Create(3f)) & "
                            + $"{kernel.V}.Create(1f / 6f);");
                    writer.Line("(gradient * slope).StoreUnsafe(ref gateGradients, c);");
                }
            }

            if (plan.PaddedChannels != plan.Channels)
            {
                writer.Blank();
                writer.Line("// Nothing else writes the padding: a NaN that got there would stay.");
                using (writer.Block("for (nuint c = Channels; c < PaddedChannels; c++)"))
                    writer.Line("Add(ref gateGradients, c) = 0f;");
            }

            if (!plan.HasHidden)
                return;

            writer.Blank();
            new DenseRows(
                plan.Hidden, "expandWeights", "gateGradients",
                (dot, type, row) => [$"{dot}.StoreUnsafe(ref hiddenGradients, {row});"]).Emit(kernel);
            EmitActivation(writer, plan);
            writer.Blank();
            new DenseColumns(
                plan.Hidden, "reduceWeights", "hiddenGradients", at => $"{kernel.Width.Floats}.Zero",
                (sum, at) => FinishSqueezed(plan, kernel.V, sum, at)).Emit(kernel);
        }
    }

    public static void EmitScalar(SourceWriter writer, SEBlockPlan plan)
    {
        using (Kernel.Method(writer, Signature(plan)))
        {
            DeclareStarts(writer, plan);
            writer.Blank();
            using (writer.Block("for (nuint c = 0; c < Channels; c++)"))
            {
                if (plan.Gate.Gate == Gate.Sigmoid)
                {
                    writer.Line("float gate = Add(ref gates, c);");
                    writer.Line("Add(ref gateGradients, c) *= gate * (1f - gate);");
                }
                else
                    writer.Line("Add(ref gateGradients, c) *= MathF.Abs(Add(ref gateInput, c)) < 3f ? 1f / 6f : 0f;");
            }

            if (!plan.HasHidden)
                return;

            writer.Blank();
            using (writer.Block("for (nuint r = 0; r < Hidden; r++)"))
            {
                writer.Line("float sum = 0;");
                using (writer.Block("for (nuint c = 0; c < Channels; c++)"))
                    writer.Line("sum += Add(ref expandWeights, r * PaddedChannels + c) * Add(ref gateGradients, c);");

                writer.Blank();
                writer.Line("Add(ref hiddenGradients, r) = sum;");
            }

            EmitActivation(writer, plan);
            writer.Blank();
            using (writer.Block("for (nuint c = 0; c < Channels; c++)"))
            {
                writer.Line("float sum = 0;");
                using (writer.Block("for (nuint r = 0; r < Hidden; r++)"))
                    writer.Line("sum += Add(ref reduceWeights, r * PaddedChannels + c) * Add(ref hiddenGradients, r);");

                writer.Blank();
                foreach (string line in FinishSqueezed(plan, null, "sum", "c"))
                    writer.Line(line);
            }

            if (plan.PaddedChannels != plan.Channels)
            {
                writer.Blank();
                using (writer.Block("for (nuint c = Channels; c < PaddedChannels; c++)"))
                {
                    if (plan.HasMean)
                        writer.Line("Add(ref squeezedGradients, c) = 0f;");

                    if (plan.HasMaximum)
                        writer.Line("Add(ref ties, c) = 0f;");
                }
            }
        }
    }

    private static void DeclareStarts(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Line("ref float gateGradients = ref Add(ref scratch, GateGradientsAt);");
        writer.Line(plan.KeepsGateInput ? "ref float gateInput = ref Add(ref scratch, "
            + "GateInputAt);" : "ref float gates = ref Add(ref scratch, GatesAt);");
        if (!plan.HasHidden)
            return;

        writer.Line("ref float reduceWeights = ref Add(ref AsRef(in weights), ReduceWeightsAt);");
        writer.Line("ref float expandWeights = ref Add(ref AsRef(in weights), ExpandWeightsAt);");
        writer.Line("ref float hiddenGradients = ref Add(ref scratch, HiddenGradientsAt);");
        writer.Line("ref float squeezedGradients = ref Add(ref scratch, SqueezedGradientsAt);");
        if (plan.HasMaximum)
            writer.Line("ref float ties = ref Add(ref scratch, TiesAt);");
    }

    /// <summary>A handful of values: not worth vectors.</summary>
    private static void EmitActivation(SourceWriter writer, SEBlockPlan plan)
    {
        Activation activation = plan.Gate.Activation;
        if (activation == Activation.Identity)
            return;

        writer.Blank();
        using (writer.Block("for (nuint r = 0; r < Hidden; r++)"))
            writer.Line($"Add(ref hiddenGradients, r) *= Activations.{activation}Derivative(Add(ref scratch, "
                + $"{(plan.KeepsPreactivation ? "PreactivationAt" : "HiddenAt")} + r));");
    }

    /// <summary>Splits dz[c] among the pixels: an equal share of the mean for all, and the maximum's for those that tie for it.</summary>
    private static IEnumerable<string> FinishSqueezed(SEBlockPlan plan, string? vector, string sum, string at)
    {
        string share = SqueezeOp.Share(plan);
        string Store(string value, string to)
            => vector is null ? $"Add(ref {to}, {at}) = {value};" : $"({value}).StoreUnsafe(ref {to}, {at});";
        string ties = vector is null ? $"Add(ref ties, {at})" : $"{vector}.LoadUnsafe(ref ties, {at})";
        if (plan.HasMaximum)
            yield return Store(plan.HasMean ? $"0.5f * {sum} / {ties}" : $"{sum} / {ties}", "ties");

        if (plan.HasMean)
            yield return Store(plan.HasMaximum ? $"{sum} * (0.5f * {share})" : $"{sum} * {share}", "squeezedGradients");
    }
}
