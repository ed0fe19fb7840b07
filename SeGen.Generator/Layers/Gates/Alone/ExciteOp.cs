using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// Excite: the two dense layers, [C] -> [hidden] -> [C]: a = act(W1 z + b1), s = gate(W2 a + b2) (Hu et al. 2018, equation 3). The rows
/// of W1 are dotted with z; the columns of W2, stored transposed, are added up. Backward in <see cref="ExciteGradientOp"/>.
/// </summary>
internal static class ExciteOp
{
    public const string Signature = "void Excite(ref readonly float weights, ref float scratch)";

    public static void Declare(SourceWriter writer, SEBlockPlan plan)
    {
        string hidden = plan.HasHidden
            ? $"hidden = {Name(plan.Gate.Activation)}(W1 squeezed{(plan.Gate.HasReduceBias ? " + b1" : "")}); "
            : "";
        string input = plan.HasHidden ? $"W2 hidden{(plan.Gate.HasExpandBias ? " + b2" : "")}" : plan.Gate.HasExpandBias ? "b2" : "0";
        writer.Blank();
        writer.Line($"/// <summary>{hidden}gates = {Name(plan.Gate.Gate)}({input}).</summary>");
        writer.Line($"static abstract {Signature};");
    }

    public static void Emit(Kernel kernel)
    {
        SEBlockPlan plan = kernel.Plan;
        SourceWriter writer = kernel.Writer;
        using (Kernel.Method(writer, Signature))
        {
            DeclareStarts(writer, plan);
            if (plan.HasHidden)
            {
                writer.Blank();
                writer.Line("// The first layer: every accumulator is one row's.");
                new DenseRows(
                    plan.Hidden, "reduceWeights", "squeezed", (dot, type, row) => FinishHidden(plan, dot, type, row)).Emit(kernel);
                writer.Blank();
                writer.Line("// The second layer: every accumulator holds neighbouring channels.");
            }

            new DenseColumns(
                plan.Hidden, "expandWeights", "hidden",
                at => plan.Gate.HasExpandBias ? kernel.Load("expandBias", at) : $"{kernel.Width.Floats}.Zero",
                (sum, at) => FinishGate(plan, sum, at)).Emit(kernel);
        }
    }

    public static void EmitScalar(SourceWriter writer, SEBlockPlan plan)
    {
        using (Kernel.Method(writer, Signature))
        {
            DeclareStarts(writer, plan);
            if (plan.HasHidden)
            {
                writer.Blank();
                using (writer.Block($"for (nuint r = 0; r < Hidden; r++)"))
                {
                    writer.Line($"float sum = {(plan.Gate.HasReduceBias ? "Add(ref reduceBias, r)" : "0")};");
                    using (writer.Block("for (nuint c = 0; c < Channels; c++)"))
                        writer.Line("sum += Add(ref reduceWeights, r * PaddedChannels + c) * Add(ref squeezed, c);");

                    writer.Blank();
                    if (plan.KeepsPreactivation)
                        writer.Line("Add(ref preactivation, r) = sum;");

                    writer.Line($"Add(ref hidden, r) = {Activate(plan.Gate.Activation, "sum")};");
                }
            }

            writer.Blank();
            using (writer.Block("for (nuint c = 0; c < Channels; c++)"))
            {
                writer.Line($"float sum = {(plan.Gate.HasExpandBias ? "Add(ref expandBias, c)" : "0")};");
                if (plan.HasHidden)
                {
                    using (writer.Block("for (nuint r = 0; r < Hidden; r++)"))
                        writer.Line("sum += Add(ref expandWeights, r * PaddedChannels + c) * Add(ref hidden, r);");

                    writer.Blank();
                }

                if (plan.KeepsGateInput)
                    writer.Line("Add(ref gateInput, c) = sum;");

                writer.Line($"Add(ref gates, c) = {GateFunction(plan.Gate.Gate)}(sum);");
            }
        }
    }

    private static void DeclareStarts(SourceWriter writer, SEBlockPlan plan)
    {
        if (plan.HasHidden)
        {
            writer.Line("ref float reduceWeights = ref Add(ref AsRef(in weights), ReduceWeightsAt);");
            if (plan.Gate.HasReduceBias)
                writer.Line("ref float reduceBias = ref Add(ref AsRef(in weights), ReduceBiasAt);");

            writer.Line("ref float expandWeights = ref Add(ref AsRef(in weights), ExpandWeightsAt);");
        }

        if (plan.Gate.HasExpandBias)
            writer.Line("ref float expandBias = ref Add(ref AsRef(in weights), ExpandBiasAt);");

        if (plan.HasHidden)
        {
            writer.Line("ref float squeezed = ref Add(ref scratch, SqueezedAt);");
            if (plan.KeepsPreactivation)
                writer.Line("ref float preactivation = ref Add(ref scratch, PreactivationAt);");

            writer.Line("ref float hidden = ref Add(ref scratch, HiddenAt);");
        }

        if (plan.KeepsGateInput)
            writer.Line("ref float gateInput = ref Add(ref scratch, GateInputAt);");

        writer.Line("ref float gates = ref Add(ref scratch, GatesAt);");
    }

    private static IEnumerable<string> FinishHidden(SEBlockPlan plan, string dot, string type, string row)
    {
        if (plan.Gate.HasReduceBias)
            yield return $"{dot} += {type}.LoadUnsafe(ref reduceBias, {row});";

        if (plan.KeepsPreactivation)
            yield return $"{dot}.StoreUnsafe(ref preactivation, {row});";

        yield return plan.Gate.Activation == Activation.Identity
            ? $"{dot}.StoreUnsafe(ref hidden, {row});"
            : $"{Activate(plan.Gate.Activation, dot)}.StoreUnsafe(ref hidden, {row});";
    }

    private static IEnumerable<string> FinishGate(SEBlockPlan plan, string sum, string at)
    {
        if (plan.KeepsGateInput)
            yield return $"{sum}.StoreUnsafe(ref gateInput, {at});";

        yield return $"{GateFunction(plan.Gate.Gate)}({sum}).StoreUnsafe(ref gates, {at});";
    }

    private static string Activate(Activation activation, string value)
        => activation == Activation.Identity ? value : $"Activations.{activation}({value})";

    private static string GateFunction(Gate gate) => gate == Gate.Sigmoid ? "Sigmoid.Of" : "Activations.HardSigmoid";

    private static string Name(Activation activation) => activation switch
    {
        Activation.Identity => "",
        Activation.HardSwish => "hard_swish",
        _ => activation.ToString().ToLowerInvariant(),
    };

    private static string Name(Gate gate) => gate == Gate.Sigmoid ? "sigmoid" : "hard_sigmoid";
}
