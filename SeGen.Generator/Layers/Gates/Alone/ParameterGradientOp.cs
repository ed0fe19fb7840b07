using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// The gradients of the dense layers' weights, over the images of a batch in their order, so that no number of threads changes a bit:
/// dW1 = sum of dh z^T, db1 = sum of dh, dW2 = sum of dt a^T (transposed here, as the packed weights are), db2 = sum of dt.
/// </summary>
internal static class ParameterGradientOp
{
    public const string Signature = "void ParameterGradients(ref float images, nuint stride, nuint batch, ref float sums)";

    public static bool IsIn(SEBlockPlan plan) => plan.Trains && (plan.HasHidden || plan.Gate.HasExpandBias);

    public static void Declare(SourceWriter writer)
    {
        writer.Blank();
        writer.Line("/// <summary>sums = the gradients of the weights and biases over all images, first to last.</summary>");
        writer.Line($"static abstract {Signature};");
    }

    public static void Emit(Kernel kernel) => Emit(
        kernel.Writer, kernel.Plan, kernel.Lanes, kernel.Width.Floats + ".Zero",
        (from, at) => kernel.Load(from, at), value => $"{kernel.V}.Create({value})", kernel.MultiplyAdd,
        (value, to, at) => $"{value}.StoreUnsafe(ref {to}, {at});");

    public static void EmitScalar(SourceWriter writer, SEBlockPlan plan) => Emit(
        writer, plan, 1, "0f", (from, at) => $"Add(ref {from}, {at})", value => value, (a, b, sum) => $"{a} * {b} + {sum}",
        (value, to, at) => $"Add(ref {to}, {at}) = {value};");

    /// <summary>The same loops for every width, since the padding leaves no tails.</summary>
    private static void Emit(
        SourceWriter writer, SEBlockPlan plan, int lanes, string zero, Func<string, string, string> load, Func<string, string> create,
        Func<string, string, string, string> multiplyAdd, Func<string, string, string, string> store)
    {
        using (Kernel.Method(writer, Signature))
        {
            if (plan.HasHidden)
                EmitMatrices(writer, plan, lanes, zero, load, create, multiplyAdd, store);

            if (plan.Gate.HasExpandBias)
            {
                using (writer.Block($"for (nuint c = 0; c < PaddedChannels; c += {lanes})"))
                {
                    writer.Line($"var expand = {zero};");
                    using (EachImage(writer))
                        writer.Line($"expand += {load("image", "GateGradientsAt + c")};");

                    writer.Blank();
                    writer.Line(store("expand", "sums", "ExpandBiasSumsAt + c"));
                }

                writer.Blank();
            }

            if (plan.HasHidden && plan.Gate.HasReduceBias)
            {
                using (writer.Block("for (nuint r = 0; r < Hidden; r++)"))
                {
                    writer.Line("float reduce = 0;");
                    using (EachImage(writer))
                        writer.Line("reduce += Add(ref image, HiddenGradientsAt + r);");

                    writer.Blank();
                    writer.Line("Add(ref sums, ReduceBiasSumsAt + r) = reduce;");
                }
            }
        }
    }

    private static void EmitMatrices(
        SourceWriter writer, SEBlockPlan plan, int lanes, string zero, Func<string, string, string> load, Func<string, string> create,
        Func<string, string, string, string> multiplyAdd, Func<string, string, string, string> store)
    {
        // Two vectors of channels at a time: four sums that do not wait for each other.
        int vectors = plan.PaddedChannels / lanes % 2 == 0 ? 2 : 1;
        using (writer.Block("for (nuint r = 0; r < Hidden; r++)"))
        using (writer.Block($"for (nuint c = 0; c < PaddedChannels; c += {vectors * lanes})"))
        {
            for (int v = 0; v < vectors; v++)
                writer.Line($"var reduce{v} = {zero};\nvar expand{v} = {zero};");

            using (EachImage(writer))
            {
                writer.Line($"var hiddenGradient = {create("Add(ref image, HiddenGradientsAt + r)")};");
                writer.Line($"var hidden = {create("Add(ref image, HiddenAt + r)")};");
                for (int v = 0; v < vectors; v++)
                {
                    string at = v == 0 ? "c" : $"c + {Numbers.Text(lanes)}";
                    writer.Line($"reduce{v} = {multiplyAdd("hiddenGradient", load("image", $"SqueezedAt + {at}"), $"reduce{v}")};");
                    writer.Line($"expand{v} = {multiplyAdd("hidden", load("image", $"GateGradientsAt + {at}"), $"expand{v}")};");
                }
            }

            writer.Blank();
            for (int v = 0; v < vectors; v++)
            {
                string at = $"r * PaddedChannels + {(v == 0 ? "c" : $"c + {Numbers.Text(lanes)}")}";
                writer.Line(store($"reduce{v}", "sums", $"ReduceSumsAt + {at}"));
                writer.Line(store($"expand{v}", "sums", $"ExpandSumsAt + {at}"));
            }
        }

        writer.Blank();
    }

    private static SourceWriter.Scope EachImage(SourceWriter writer)
    {
        writer.Blank();
        writer.Line("ref float image = ref images;");
        return writer.Block("for (nuint n = 0; n < batch; n++, image = ref Add(ref image, stride))");
    }
}
