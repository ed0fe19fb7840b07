using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>Writes the class that runs inference: the order of the kernels, and what is shared out among threads.</summary>
internal static class InferenceEmitter
{
    /// <summary>Values of an image that a core's second-level cache holds from the squeeze to the scale: two megabytes.</summary>
    public const int CachedLength = 512 * 1024;

    public static void Emit(SourceWriter writer, SEBlockPlan plan)
    {
        bool images = RunPhrases.HasImagePhase(plan);
        writer.Blank();
        writer.Line("/// <summary>Inference; the scratch holds one image's values after the other's.</summary>");
        using (writer.Block("private sealed class Inference<TKernels>(PackedWeights weights) : ForwardRun(weights, 0, imageLength: "
            + "ForwardLength)\n    where TKernels : struct, IKernels"))
        {
            string phases = images ? "WholeImages = 0, SqueezeChannels = 1, ScaleChannels = 2" : "SqueezeChannels = 0, ScaleChannels = 1";
            writer.Line($"private const int {phases}{(ScaleAndSqueezeOp.IsIn(plan) ? ", ScaleAndSqueezeChannels = 3" : "")};");
            writer.Blank();
            writer.Line("private nuint _image;");
            if (plan.CanStream)
                writer.Line("private bool _streams;");

            RunPhrases.Members(writer, plan);
            Forward(writer, plan, images);
            if (ScaleAndSqueezeOp.IsIn(plan))
                ForwardOverlapped(writer, plan);

            Excite(writer, plan);
            Phases(writer, plan, images);
            Steps(writer, plan);
            RunPhrases.Cut(writer, plan);
        }
    }

    private static void Forward(SourceWriter writer, SEBlockPlan plan, bool images)
    {
        writer.Blank();
        using (writer.Block("public override void Forward()"))
        {
            if (images)
            {
                writer.Line("// An image that a core's cache holds is one thread's, from the squeeze to the scale.");
                using (writer.Block($"if (Batch > 1 && ImageLength <= {CachedLength})"))
                {
                    if (plan.CanStream)
                        writer.Line(
                            $"_streams = {RunPhrases.LongRows(plan)}StreamingPays(Batch, Batch * ImageLength, 2 * Batch * ImageLength);");

                    if (ScaleAndSqueezeOp.IsIn(plan))
                    {
                        using (writer.Block($"if (_streams && CachesHold({plan.ChannelCuts}, ImageLength, 2 * ImageLength))"))
                            writer.Line("ForwardOverlapped();\nreturn;");

                        writer.Blank();
                    }

                    writer.Line("Parallel(WholeImages, Batch, Batch * ImageLength);");
                    writer.Line("return;");
                }

                writer.Blank();
            }

            writer.Line("// Every thread takes some channels; the last ones read are the first to be scaled, from its cache.");
            if (plan.CanStream)
                writer.Line($"_streams = {RunPhrases.LongRows(plan)}StreamingPays({plan.ChannelCuts}, ImageLength, 2 * ImageLength);");

            using (writer.Block("for (_image = 0; _image < (nuint)Batch; _image++)"))
            {
                if (plan.HasHidden)
                    writer.Line($"Parallel(SqueezeChannels, {plan.ChannelCuts}, ImageLength);");

                writer.Line("TKernels.Excite(in Weights, ref Image(_image));");
                writer.Line($"Parallel(ScaleChannels, {plan.ChannelCuts}, ImageLength, backwards: true);");
            }
        }
    }

    private static void ForwardOverlapped(SourceWriter writer, SEBlockPlan plan)
    {
        string cuts = Numbers.Text(plan.ChannelCuts);
        writer.Blank();
        writer.Line("// The threads' caches together hold two images: while one is scaled, the next is read.");
        using (writer.Block("private void ForwardOverlapped()"))
        {
            writer.Line("_image = 0;");
            writer.Line($"Parallel(SqueezeChannels, {cuts}, ImageLength);");
            writer.Line("TKernels.Excite(in Weights, ref Image(0));");
            using (writer.Block("for (; _image < (nuint)Batch - 1; _image++)"))
            {
                writer.Line($"Parallel(ScaleAndSqueezeChannels, {cuts}, ImageLength);");
                writer.Line("TKernels.Excite(in Weights, ref Image(_image + 1));");
            }

            writer.Blank();
            writer.Line($"Parallel(ScaleChannels, {cuts}, ImageLength, backwards: true);");
        }
    }

    private static void Excite(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        using (writer.Block("public override void Excite()"))
        using (writer.Block("for (_image = 0; _image < (nuint)Batch; _image++)"))
        {
            if (plan.HasHidden)
                writer.Line($"Parallel(SqueezeChannels, {plan.ChannelCuts}, ImageLength);");

            writer.Line("TKernels.Excite(in Weights, ref Image(_image));");
            writer.Line("MemoryMarshal.CreateSpan(ref Add(ref Image(_image), GatesAt), Channels).CopyTo(MemoryMarshal.CreateSpan(ref "
                + "Add(ref Output, _image * Channels), Channels));");
        }
    }

    private static void Phases(SourceWriter writer, SEBlockPlan plan, bool images)
    {
        string range = RunPhrases.CutRange(plan);
        writer.Blank();
        using (writer.Block("public override void RunCut(int phase, int cut)"))
        using (writer.Block("switch (phase)"))
        {
            if (images)
            {
                writer.Line("case WholeImages:");
                using (writer.Indent())
                {
                    if (plan.HasHidden)
                        writer.Line("Squeeze((nuint)cut, 0, Channels);");

                    writer.Line("TKernels.Excite(in Weights, ref Image((nuint)cut));");
                    writer.Line("Scale((nuint)cut, 0, Channels);");
                    writer.Line("break;");
                }
            }

            if (plan.HasHidden)
            {
                writer.Line("case SqueezeChannels:");
                using (writer.Indent())
                    writer.Line($"Squeeze(_image, {range});\nbreak;");
            }

            if (ScaleAndSqueezeOp.IsIn(plan))
            {
                writer.Line("case ScaleAndSqueezeChannels:");
                using (writer.Indent())
                    writer.Line($"ScaleAndSqueeze(_image, {range});\nbreak;");
            }

            writer.Line("default:");
            using (writer.Indent())
                writer.Line($"Scale(_image, {range});\nbreak;");
        }
    }

    private static void Steps(SourceWriter writer, SEBlockPlan plan)
    {
        string at = $"image * (nuint)ImageLength";
        if (plan.HasHidden)
        {
            writer.Blank();
            writer.Line("private void Squeeze(nuint image, nuint first, nuint end)");
            using (writer.Indent())
                writer.Line($"=> TKernels.Squeeze(ref Add(ref AsRef(in Input), {at}), ref Image(image), first, "
                    + $"end{RunPhrases.Size(plan)}{RunPhrases.Share(plan)});");
        }

        writer.Blank();
        using (writer.Block("private void Scale(nuint image, nuint first, nuint end)"))
        {
            writer.Line($"ref float input = ref Add(ref AsRef(in Input), {at});");
            writer.Line($"ref float output = ref Add(ref Output, {at});");
            if (plan.CanStream)
            {
                using (writer.Block("if (_streams)"))
                {
                    writer.Line($"TKernels.ScaleStreaming(in input, ref Image(image), ref output, first, end{RunPhrases.Size(plan)});");
                    writer.Line("Streaming.Fence();");
                }

                writer.Line("else");
                using (writer.Block())
                    writer.Line($"TKernels.Scale(in input, ref Image(image), ref output, first, end{RunPhrases.Size(plan)});");
            }
            else
                writer.Line($"TKernels.Scale(in input, ref Image(image), ref output, first, end{RunPhrases.Size(plan)});");
        }

        if (ScaleAndSqueezeOp.IsIn(plan))
        {
            writer.Blank();
            using (writer.Block("private void ScaleAndSqueeze(nuint image, nuint first, nuint end)"))
            {
                writer.Line($"ref float input = ref Add(ref AsRef(in Input), {at});");
                writer.Line("ref float next = ref Add(ref input, (nuint)ImageLength);");
                writer.Line($"ref float output = ref Add(ref Output, {at});");
                writer.Line("TKernels.ScaleAndSqueeze(in input, ref Image(image), ref output, in next, ref Image(image + 1), first, end);");
                writer.Line("Streaming.Fence();");
            }
        }

        writer.Blank();
        writer.Line("private ref float Image(nuint image) => ref Add(ref Scratch, image * ForwardLength);");
    }
}
