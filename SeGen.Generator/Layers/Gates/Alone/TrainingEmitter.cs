using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>Writes the class that runs training steps.</summary>
internal static class TrainingEmitter
{
    public static void Emit(SourceWriter writer, SEBlockPlan plan)
    {
        string sums = plan.GradientLength > 0 ? "GradientLength" : "0";
        writer.Blank();
        writer.Line("/// <summary>Training steps; the sums of the parameters' gradients lie before the images' scratch.</summary>");
        using (writer.Block($"private sealed class Training<TKernels>(PackedWeights weights) : TrainingRun(weights, {sums}, imageLength: "
            + $"TrainingLength)\n    where TKernels : struct, IKernels"))
        {
            writer.Line("private const int ForwardImages = 0, BackwardImages = 1, SqueezeChannels = 2, ScaleChannels = 3, GateChannels = "
                + "4, InputChannels = 5;");
            writer.Blank();
            writer.Line("private nuint _image;");
            if (plan.CanStream)
                writer.Line("private bool _streams;");

            RunPhrases.Members(writer, plan);
            writer.Blank();
            writer.Line("protected override long KeptLength(long pixels) => Channels * pixels;");
            Forward(writer, plan);
            Backward(writer, plan);
            Phases(writer, plan);
            Steps(writer, plan);
            if (ParameterGradientOp.IsIn(plan))
                AddGradients(writer, plan);

            RunPhrases.Cut(writer, plan);
        }
    }

    private static void Forward(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        using (writer.Block("public override void Forward()"))
        {
            Images(writer, plan, "ForwardImages", read: 1, touched: 3);
            string cuts = Numbers.Text(plan.ChannelCuts);
            using (writer.Block("for (_image = 0; _image < (nuint)Batch; _image++)"))
            {
                if (plan.HasHidden)
                    writer.Line($"Parallel(SqueezeChannels, {cuts}, ImageLength);");

                writer.Line("TKernels.Excite(in Weights, ref Image(_image));");
                writer.Line($"Parallel(ScaleChannels, {cuts}, ImageLength, backwards: true);");
            }
        }
    }

    private static void Backward(SourceWriter writer, SEBlockPlan plan)
    {
        string cuts = Numbers.Text(plan.ChannelCuts);
        writer.Blank();
        using (writer.Block("public override void Backward()"))
        {
            writer.Line("BackwardImagesOrChannels();");
            if (ParameterGradientOp.IsIn(plan))
            {
                writer.Line("TKernels.ParameterGradients(ref Image(0), TrainingLength, (nuint)Batch, ref Sums);");
            }
        }

        writer.Blank();
        using (writer.Block("private void BackwardImagesOrChannels()"))
        {
            Images(writer, plan, "BackwardImages", read: 2, touched: 3);
            using (writer.Block("for (_image = 0; _image < (nuint)Batch; _image++)"))
            {
                writer.Line($"Parallel(GateChannels, {cuts}, 2 * ImageLength);");
                writer.Line($"TKernels.ExciteGradients(in Weights, ref Image(_image){RunPhrases.Share(plan)});");
                using (writer.Block("if (HasOutput)"))
                    writer.Line($"Parallel(InputChannels, {cuts}, ImageLength, backwards: true);");
            }
        }
    }

    private static void Images(SourceWriter writer, SEBlockPlan plan, string phase, int read, int touched)
    {
        string floats = read == 1 ? "Batch * ImageLength" : $"{read} * Batch * ImageLength";
        if (RunPhrases.HasImagePhase(plan))
        {
            using (writer.Block($"if (Batch > 1 && ImageLength <= {InferenceEmitter.CachedLength})"))
            {
                if (plan.CanStream)
                    writer.Line($"_streams = {RunPhrases.LongRows(plan)}StreamingPays(Batch, {floats}, {touched} * Batch * ImageLength);");

                writer.Line($"Parallel({phase}, Batch, {floats}{(read == 2 ? ", backwards: true" : "")});");
                writer.Line("return;");
            }

            writer.Blank();
        }

        if (plan.CanStream)
            writer.Line($"_streams = {RunPhrases.LongRows(plan)}StreamingPays({plan.ChannelCuts}, ImageLength, {touched} * ImageLength);");
    }

    private static void Phases(SourceWriter writer, SEBlockPlan plan)
    {
        string range = RunPhrases.CutRange(plan);
        writer.Blank();
        using (writer.Block("public override void RunCut(int phase, int cut)"))
        using (writer.Block("switch (phase)"))
        {
            if (RunPhrases.HasImagePhase(plan))
            {
                writer.Line("case ForwardImages:");
                using (writer.Indent())
                {
                    if (plan.HasHidden)
                        writer.Line("Squeeze((nuint)cut, 0, Channels);");

                    writer.Line("TKernels.Excite(in Weights, ref Image((nuint)cut));\nScale((nuint)cut, 0, Channels);\nbreak;");
                }

                writer.Line("case BackwardImages:");
                using (writer.Indent())
                {
                    writer.Line("GateGradients((nuint)cut, 0, Channels);");
                    writer.Line($"TKernels.ExciteGradients(in Weights, ref Image((nuint)cut){RunPhrases.Share(plan)});");
                    using (writer.Block("if (HasOutput)"))
                        writer.Line("InputGradients((nuint)cut, 0, Channels);");

                    writer.Line("break;");
                }
            }

            if (plan.HasHidden)
            {
                writer.Line("case SqueezeChannels:");
                using (writer.Indent())
                    writer.Line($"Squeeze(_image, {range});\nbreak;");
            }

            foreach ((string phase, string step) in new[] { ("case ScaleChannels", "Scale"), ("case GateChannels", "GateGradients"),
                ("default", "InputGradients") })
            {
                writer.Line($"{phase}:");
                using (writer.Indent())
                    writer.Line($"{step}(_image, {range});\nbreak;");
            }
        }
    }

    private static void Steps(SourceWriter writer, SEBlockPlan plan)
    {
        const string At = "image * (nuint)ImageLength";
        string size = RunPhrases.Size(plan);
        if (plan.HasHidden)
        {
            writer.Blank();
            writer.Line("private void Squeeze(nuint image, nuint first, nuint end)");
            using (writer.Indent())
                writer.Line($"=> TKernels.Squeeze(ref Add(ref AsRef(in Input), {At}), ref Image(image), first, "
                    + $"end{size}{RunPhrases.Share(plan)});");
        }

        writer.Blank();
        using (writer.Block("private void Scale(nuint image, nuint first, nuint end)"))
        {
            writer.Line($"ref float input = ref Add(ref AsRef(in Input), {At});");
            writer.Line($"ref float output = ref Add(ref Output, {At});");
            using (writer.Block("if (KeepsCopy)"))
            {
                writer.Line($"ref float kept = ref Add(ref Kept, {At});");
                Choose(writer, plan, "ScaleKeeping", $"in input, ref Image(image), ref output, ref kept, first, end{size}");
            }

            writer.Line("else");
            using (writer.Block())
                Choose(writer, plan, "Scale", $"in input, ref Image(image), ref output, first, end{size}");
        }

        writer.Blank();
        using (writer.Block("private void GateGradients(nuint image, nuint first, nuint end)"))
        {
            writer.Line($"ref float kept = ref Add(ref Kept, {At});");
            writer.Line($"TKernels.GateGradients(in kept, ref Add(ref AsRef(in Input), {At}), ref Image(image), first, end{size});");
            if (plan.HasMaximum)
                writer.Line($"TKernels.CountTies(in kept, ref Image(image), first, end{size});");
        }

        writer.Blank();
        using (writer.Block("private void InputGradients(nuint image, nuint first, nuint end)"))
        {
            if (plan.HasMaximum)
                writer.Line($"ref float kept = ref Add(ref Kept, {At});");

            writer.Line($"ref float outputGradient = ref Add(ref AsRef(in Input), {At});");
            writer.Line($"ref float inputGradient = ref Add(ref Output, {At});");
            Choose(
                writer, plan, "InputGradients",
                $"{(plan.HasMaximum ? "in kept, " : "")}in outputGradient, ref Image(image), ref inputGradient, first, end{size}");
        }

        writer.Blank();
        writer.Line($"private ref float Image(nuint image) => ref Add(ref Scratch, "
            + $"{(ParameterGradientOp.IsIn(plan) ? "GradientLength + " : "")}image * TrainingLength);");
        if (ParameterGradientOp.IsIn(plan))
        {
            writer.Blank();
            writer.Line("private ref float Sums => ref Scratch;");
        }
    }

    private static void Choose(SourceWriter writer, SEBlockPlan plan, string kernel, string arguments)
    {
        if (!plan.CanStream)
        {
            writer.Line($"TKernels.{kernel}({arguments});");
            return;
        }

        using (writer.Block("if (_streams)"))
        {
            writer.Line($"TKernels.{kernel}Streaming({arguments});");
            writer.Line("Streaming.Fence();");
        }

        writer.Line("else");
        using (writer.Block())
            writer.Line($"TKernels.{kernel}({arguments});");
    }

    private static void AddGradients(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        using (writer.Block("protected override void AddGradients()"))
        {
            if (plan.HasHidden)
            {
                writer.Line("""
                    Span<float> reduce = Parameters["fc1.weight"].Gradient;
                    Span<float> expand = Parameters["fc2.weight"].Gradient;
                    for (int r = 0; r < Hidden; r++)
                    {
                        for (int c = 0; c < Channels; c++)
                        {
                            reduce[r * Channels + c] += Add(ref Sums, ReduceSumsAt + r * PaddedChannels + c);
                            expand[c * Hidden + r] += Add(ref Sums, ExpandSumsAt + r * PaddedChannels + c);
                        }
                    }
                    """);
            }

            if (plan.HasHidden && plan.Gate.HasReduceBias)
                AddBias(writer, "fc1.bias", "reduceBias", "Hidden", "ReduceBiasSumsAt");

            if (plan.Gate.HasExpandBias)
                AddBias(writer, "fc2.bias", "expandBias", "Channels", "ExpandBiasSumsAt");
        }
    }

    private static void AddBias(SourceWriter writer, string name, string variable, string length, string at)
    {
        writer.Blank();
        writer.Line($"Span<float> {variable} = Parameters[\"{name}\"].Gradient;");
        using (writer.Block($"for (int i = 0; i < {length}; i++)"))
            writer.Line($"{variable}[i] += Add(ref Sums, {at} + i);");
    }
}
