namespace SeGen.Generator.Ptx.Layers;

/// <summary>Kernels of inference that go through the pixels of channels.</summary>
internal static class ChannelKernels
{
    /// <summary>A kernel's name: "pointwise", or "pointwise_ragged" where pixels come one by one.</summary>
    public static string Name(string what, bool isVector) => isVector ? what : what + "_ragged";

    /// <summary>y = act(factor (scale x + shift) + residual), each part where it is given.</summary>
    public static string Pointwise(ActivationCode activation, bool isVector) => Kernel(
        Name("pointwise", isVector), isVector, ["x", "y", "factors", "scale", "shift", "residual"], ActivationCode.Numbers,
        (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string hasResidual = context.IsGiven("residual");
            ActivationCode.ActivationOf activate = activation.Begin(context);
            string factor = loop.Of(context.IsGiven("factors"), "factors", loop.Row, 1f);
            string scale = loop.Of(
                context.IsGiven("scale"), "scale", loop.Channel, 1f), shift = loop.Of(context.IsGiven("shift"), "shift", loop.Channel, 0f);
            loop.Each((_, at) =>
            {
                string[] x = loop.Load("x", at), residual = loop.LoadIf(hasResidual, "residual", at);
                string[] y = [.. x.Select(
                    (value, i) => writer.Real(
                        "fma.rn.f32", "y", writer.Real("fma.rn.f32", "normalized", value, scale, shift), factor, residual[i]))];
                activate.Apply(y);
                loop.Store("y", at, y);
            });
        });

    /// <summary>
    /// The end of a convolution whose depth was split: y = act(scale (sum of the parts, in their order) + shift + residual), and sums for
    /// a gate.
    /// </summary>
    public static string Join(ActivationCode activation, bool isVector) => Kernel(
        Name("join", isVector), isVector, ["x", "y", "scale", "shift", "residual", "sums"],
        ["splits", "splitLength", .. ActivationCode.Numbers], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string hasResidual = context.IsGiven("residual"), hasSums = context.IsGiven("sums");
            ActivationCode.ActivationOf activate = activation.Begin(context);
            string scale = loop.Of(
                context.IsGiven("scale"), "scale", loop.Channel, 1f), shift = loop.Of(context.IsGiven("shift"), "shift", loop.Channel, 0f);
            string total = loop.Begin("total", 0f);
            context.Know("splits", "splitLength", "chunks", "channels");
            loop.Each((_, at) =>
            {
                string[] sum = loop.Load("x", at), residual = loop.LoadIf(hasResidual, "residual", at);
                writer.Loop("s", writer.Integer("mov.u32", "one", "1"), context.Number("splits"), "1", split =>
                {
                    string[] part = loop.Load("x", writer.Integer("mad.lo.u32", "partOf", split, context.Number("splitLength"), at));
                    for (int i = 0; i < sum.Length; i++)
                        writer.Line($"add.rn.f32 {sum[i]}, {sum[i]}, {part[i]}");
                });
                string[] y = [.. sum.Select(
                    (value, i) => writer.Real(
                        "add.rn.f32", "y", writer.Real("fma.rn.f32", "normalized", value, scale, shift), residual[i]))];
                activate.Apply(y);
                foreach (string value in y)
                    writer.Line($"add.rn.f32 {total}, {total}, {value}");

                loop.Store("y", at, y);
            });
            context.Only(hasSums, "summed", () => loop.Keep("sums", total, writer.Sum));
        });

    /// <summary>What a gate squeezes: sums of the pixels, and maxima, of each chunk.</summary>
    public static string Squeeze(bool isVector) => Kernel(
        Name("squeeze", isVector), isVector, ["x", "sums", "maxima"], [], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string hasSums = context.IsGiven("sums"), hasMaxima = context.IsGiven("maxima");
            string total = loop.Begin("total", 0f), largest = loop.Begin("largest", float.NegativeInfinity);
            context.Know("chunks", "channels");
            loop.Each((_, at) =>
            {
                foreach (string value in loop.Load("x", at))
                {
                    writer.Line($"add.rn.f32 {total}, {total}, {value}");
                    writer.RaiseTo(largest, value, guard: "");
                }
            });
            context.Only(hasSums, "summed", () => loop.Keep("sums", total, writer.Sum));
            context.Only(hasMaxima, "compared", () => loop.Keep("maxima", largest, writer.Maximum));
        });

    /// <summary>The mean over the pixels of each channel.</summary>
    public static string Mean(bool isVector) => Kernel(
        Name("average", isVector), isVector, ["x", "y"], ["f32 share"], (context, loop) =>
        {
            PtxWriter writer = context.Writer;
            string total = loop.Begin("total", 0f), share = context.Real("share");
            loop.Each((_, at) =>
            {
                foreach (string value in loop.Load("x", at))
                    writer.Line($"add.rn.f32 {total}, {total}, {value}");
            });
            string mean = writer.Real("mul.rn.f32", "mean", writer.OverWarp(writer.Sum, total), share);
            writer.Line($"@{writer.Compare("eq.u32", "isFirst", context.Thread.Lane, "0")} st.global.f32 [{context.At("y", loop.Row)}], "
                + $"{mean}");
        });

    /// <summary>Writes such a kernel.</summary>
    public static string Kernel(string name, bool isVector, string[] arrays, string[] numbers, Action<LayerContext, ChannelLoop> write)
        => LayerContext.Kernel(name, ChannelLoop.Threads, arrays, [.. ChannelLoop.Numbers, .. numbers], context =>
        {
            string end = context.Writer.Label("end");
            write(context, new ChannelLoop(context, isVector ? 4 : 1, end));
            context.Writer.Place(end);
        });
}
