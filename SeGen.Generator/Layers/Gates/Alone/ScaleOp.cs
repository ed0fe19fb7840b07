using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// Scale: y[c] = s[c] x[c] over [C, H, W]. Backward: ds[c] = the sum over the pixels of dy[c] x[c], and dx[c] = s[c] dy[c] plus the
/// squeeze's part, in one pass: dz[c] for each pixel, and the maximum's share where x[c] is the maximum.
/// </summary>
internal static class ScaleOp
{
    private static readonly RowReduction Dot = new("Dot", ["x", "dy"], "gateGradients", null);

    /// <summary>
    /// The forms of the forward pass: alone, with a copy of the input for training, each with and without streamed stores.
    /// </summary>
    private static readonly (string Name, bool Keeps, bool Streams)[] Forms =
        [("Scale", false, false), ("ScaleStreaming", false, true), ("ScaleKeeping", true, false), ("ScaleKeepingStreaming", true, true)];

    public static void Declare(SourceWriter writer, SEBlockPlan plan)
    {
        foreach ((string name, bool keeps, bool streams) in FormsOf(plan))
        {
            string what = keeps ? "output[c] = gates[c] input[c] and kept[c] = input[c]" : "output[c] = gates[c] input[c]";
            string how = streams ? ", past the caches" : keeps ? "" : "; output may be input";
            writer.Blank();
            writer.Line($"/// <summary>{what}{how}.</summary>");
            writer.Line($"static abstract {Signature(plan, name, keeps)};");
        }

        if (!plan.Trains)
            return;

        writer.Blank();
        writer.Line("/// <summary>gateGradients[c] = the sum over the pixels of kept[c] outputGradient[c].</summary>");
        writer.Line($"static abstract {DotSignature(plan)};");

        foreach (bool streams in Streamings(plan))
        {
            writer.Blank();
            writer.Line($"/// <summary>inputGradient[c] = gates[c] "
                + $"outputGradient[c]{SqueezePart(plan)}{(streams ? ", past the caches" : "")}.</summary>");
            writer.Line($"static abstract {GradientSignature(plan, streams)};");
        }
    }

    public static void Emit(Kernel kernel)
    {
        foreach ((string name, bool keeps, bool streams) in FormsOf(kernel.Plan))
            EmitForward(kernel, name, keeps, streams);

        if (!kernel.Plan.Trains)
            return;

        using (Kernel.Method(kernel.Writer, DotSignature(kernel.Plan)))
        {
            if (kernel.Narrow($"GateGradients(in kept, in outputGradient, ref scratch, first, last{PixelsArgument(kernel.Plan)})"))
            {
                kernel.Writer.Line("ref float xStart = ref AsRef(in kept);");
                kernel.Writer.Line("ref float dyStart = ref AsRef(in outputGradient);");
                kernel.Writer.Line("ref float gateGradients = ref Add(ref scratch, GateGradientsAt);");
                Dot.Emit(kernel);
            }
        }

        Dot.EmitHelpers(kernel);
        foreach (bool streams in Streamings(kernel.Plan))
            EmitGradient(kernel, streams);
    }

    public static void EmitScalar(SourceWriter writer, SEBlockPlan plan)
    {
        string pixels = Kernel.PixelsOf(plan);
        foreach ((string name, bool keeps, bool _) in FormsOf(plan))
        {
            using (Kernel.Method(writer, Signature(plan, name, keeps)))
            {
                using (writer.Block("for (nuint c = last; unchecked(c-- > first);)"))
                {
                    writer.Line("float gate = Add(ref scratch, GatesAt + c);");
                    using (writer.Block($"for (nuint i = c * {pixels}; i < (c + 1) * {pixels}; i++)"))
                    {
                        writer.Line("float x = Add(ref AsRef(in input), i);");
                        writer.Line("Add(ref output, i) = gate * x;");
                        if (keeps)
                            writer.Line("Add(ref kept, i) = x;");
                    }
                }
            }
        }

        if (!plan.Trains)
            return;

        using (Kernel.Method(writer, DotSignature(plan)))
        {
            using (writer.Block("for (nuint c = first; c < last; c++)"))
            {
                writer.Line("float sum = 0;");
                using (writer.Block($"for (nuint i = c * {pixels}; i < (c + 1) * {pixels}; i++)"))
                    writer.Line("sum += Add(ref AsRef(in kept), i) * Add(ref AsRef(in outputGradient), i);");

                writer.Blank();
                writer.Line("Add(ref scratch, GateGradientsAt + c) = sum;");
            }
        }

        foreach (bool streams in Streamings(plan))
            EmitScalarGradient(writer, plan, streams);
    }

    private static void EmitForward(Kernel kernel, string name, bool keeps, bool streams)
    {
        using (Kernel.Method(kernel.Writer, Signature(kernel.Plan, name, keeps)))
        {
            if (!kernel.Narrow(
                $"{name}(in input, ref scratch, ref output{(keeps ? ", ref kept" : "")}, first, last{PixelsArgument(kernel.Plan)})"))
                return;

            kernel.Writer.Line("ref float gates = ref Add(ref scratch, GatesAt);");
            kernel.Writer.Line("ref float xStart = ref AsRef(in input);");
            kernel.Writer.Line("ref float yStart = ref output;");
            if (keeps)
                kernel.Writer.Line("ref float xKeptStart = ref kept;");

            string Scaled(Kernel k, string at, Func<string, string> factor) => $"{factor("gate")} * {k.Load("x", at)}";
            string Kept(Kernel k, string at, Func<string, string> factor) => k.Load("x", at);
            new RowTransform
            {
                Inputs = ["x"],
                Outputs = keeps ? ["xKept", "y"] : ["y"],
                Factors = [("gate", "Add(ref gates, c)")],
                Values = keeps ? [Kept, Scaled] : [Scaled],
                Streams = streams,
            }.Emit(kernel);
        }
    }

    private static void EmitGradient(Kernel kernel, bool streams)
    {
        SEBlockPlan plan = kernel.Plan;
        using (Kernel.Method(kernel.Writer, GradientSignature(plan, streams)))
        {
            string kept = plan.HasMaximum ? "in kept, " : "";
            if (!kernel.Narrow(
                $"{GradientName(streams)}({kept}in outputGradient, ref scratch, ref inputGradient, first, last{PixelsArgument(plan)})"))
                return;

            kernel.Writer.Line("ref float gates = ref Add(ref scratch, GatesAt);");
            kernel.Writer.Line("ref float dyStart = ref AsRef(in outputGradient);");
            kernel.Writer.Line("ref float dxStart = ref inputGradient;");
            if (plan.HasMaximum)
                kernel.Writer.Line("ref float xStart = ref AsRef(in kept);");

            var factors = new List<(string, string)> { ("gate", "Add(ref gates, c)") };
            if (plan.HasMean)
                factors.Add(("shift", "Add(ref scratch, SqueezedGradientsAt + c)"));

            if (plan.HasMaximum)
            {
                factors.Add(("maximum", $"Add(ref scratch, {MaximumSqueeze.MaximaAt(plan)} + c)"));
                factors.Add(("tie", "Add(ref scratch, TiesAt + c)"));
            }

            new RowTransform
            {
                Inputs = plan.HasMaximum ? ["x", "dy"] : ["dy"],
                Outputs = ["dx"],
                Factors = [.. factors],
                Values = [Gradient],
                Streams = streams,
            }.Emit(kernel);
        }
    }

    private static string Gradient(Kernel kernel, string at, Func<string, string> factor)
    {
        string scaled = kernel.Plan.HasMean
            ? kernel.MultiplyAdd(factor("gate"), kernel.Load("dy", at), factor("shift"))
            : $"{factor("gate")} * {kernel.Load("dy", at)}";
        return kernel.Plan.HasMaximum
            ? $"{scaled} + ({kernel.V}.Equals({kernel.Load("x", at)}, {factor("maximum")}) & {factor("tie")})"
            : scaled;
    }

    private static void EmitScalarGradient(SourceWriter writer, SEBlockPlan plan, bool streams)
    {
        string pixels = Kernel.PixelsOf(plan);
        using (Kernel.Method(writer, GradientSignature(plan, streams)))
        {
            using (writer.Block("for (nuint c = last; unchecked(c-- > first);)"))
            {
                writer.Line("float gate = Add(ref scratch, GatesAt + c);");
                if (plan.HasMean)
                    writer.Line("float shift = Add(ref scratch, SqueezedGradientsAt + c);");

                if (plan.HasMaximum)
                    writer.Line(
                        $"float maximum = Add(ref scratch, {MaximumSqueeze.MaximaAt(plan)} + c), tie = Add(ref scratch, TiesAt + c);");

                using (writer.Block($"for (nuint i = c * {pixels}; i < (c + 1) * {pixels}; i++)"))
                {
                    string shift = plan.HasMean ? " + shift" : "";
                    string tie = plan.HasMaximum ? " + (Add(ref AsRef(in kept), i) == maximum ? tie : 0f)" : "";
                    writer.Line($"Add(ref inputGradient, i) = gate * Add(ref AsRef(in outputGradient), i){shift}{tie};");
                }
            }
        }
    }

    private static string SqueezePart(SEBlockPlan plan) => (plan.HasMean, plan.HasMaximum) switch
    {
        (true, false) => " + squeezedGradients[c]",
        (false, true) => " + ties[c] where the input is the maximum",
        (true, true) => " + squeezedGradients[c], and ties[c] where the input is the maximum",
        _ => "",
    };

    private static IEnumerable<(string Name, bool Keeps, bool Streams)> FormsOf(SEBlockPlan plan)
        => Forms.Where(f => (plan.CanStream || !f.Streams) && (plan.Trains || !f.Keeps));

    private static bool[] Streamings(SEBlockPlan plan) => plan.CanStream ? [false, true] : [false];

    private static string PixelsArgument(SEBlockPlan plan) => plan.IsFixed ? "" : ", pixels";

    private static string Signature(SEBlockPlan plan, string name, bool keeps)
        => $"void {name}(ref readonly float input, ref float scratch, ref float output{(keeps ? ", ref float kept" : "")}, nuint first, "
            + $"nuint last{Kernel.SizeParameter(plan)})";

    private static string DotSignature(SEBlockPlan plan)
        => $"void GateGradients(ref readonly float kept, ref readonly float outputGradient, ref float scratch, nuint first, nuint "
            + $"last{Kernel.SizeParameter(plan)})";

    private static string GradientName(bool streams) => streams ? "InputGradientsStreaming" : "InputGradients";

    private static string GradientSignature(SEBlockPlan plan, bool streams)
        => $"void {GradientName(streams)}({(plan.HasMaximum ? "ref readonly float kept, " : "")}ref readonly float outputGradient, ref "
            + $"float scratch, ref float inputGradient, nuint first, nuint last{Kernel.SizeParameter(plan)})";
}
