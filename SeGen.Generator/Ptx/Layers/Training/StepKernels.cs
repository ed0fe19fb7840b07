namespace SeGen.Generator.Ptx.Layers.Training;

/// <summary>What ends a training step on the device: the loss with its gradient, and the optimizers.</summary>
internal static class StepKernels
{
    private const float LogOfE = 1.44269504f, LogOf2 = 0.693147181f;

    /// <summary>
    /// The cross entropy of each sample and its gradient, (softmax - q) / counted, a warp for a sample; q is 1 at the target but for what
    /// smoothing shares out (Szegedy et al. 2015, section 7).
    /// </summary>
    public static string CrossEntropy() => ParameterKernels.EachWarp(
        "cross_entropy", "samples", ["logits", "targets", "gradient", "losses"],
        ["classes", "ignored", "f32 wanted", "f32 shared", "f32 share"], (context, sample) =>
        {
            PtxWriter writer = context.Writer;
            string lane = context.Thread.Lane;
            string classes = context.Number("classes"), row = writer.Integer("mul.lo.u32", "row", sample, classes), target =
                writer.Integer("ld.global.nc.u32", "target", $"[{context.At("targets", sample)}]");
            string isIgnored = writer.Compare(
                "eq.u32", "isIgnored", target, context.Number("ignored")), hasGradient = context.IsGiven("gradient");
            string wanted = context.Real("wanted"), shared = context.Real("shared"), share = context.Real("share");
            string largest = writer.Real(
                "mov.f32", "largest",
                PtxWriter.Constant(float.NegativeInfinity)), total = writer.Real("mov.f32", "total", PtxWriter.Constant(0f));
            string ofTarget = writer.Real(
                "mov.f32", "ofTarget",
                PtxWriter.Constant(0f)), exponentials = writer.Real("mov.f32", "exponentials", PtxWriter.Constant(0f));
            writer.Phase("The largest logit, their sum, and the target's.");
            Each((c, _, logit) =>
            {
                writer.RaiseTo(largest, logit, guard: "");
                writer.Line($"add.rn.f32 {total}, {total}, {logit}");
                writer.Line($"@{writer.Compare("eq.u32", "isTarget", c, target)} mov.f32 {ofTarget}, {logit}");
            });
            largest = writer.OverWarp(writer.Maximum, largest);
            total = writer.OverWarp(writer.Sum, total);
            ofTarget = writer.OverWarp(writer.Sum, ofTarget);
            writer.Phase("log sum exp, from the largest one.");
            Each((_, _, logit) => writer.Line($"add.rn.f32 {exponentials}, {exponentials}, {Exponential(logit, largest)}"));
            exponentials = writer.OverWarp(writer.Sum, exponentials);
            string logarithm = writer.Real(
                "mul.rn.f32", "logarithm", writer.Real("lg2.approx.f32", "log2", exponentials), PtxWriter.Constant(LogOf2));
            string logSum = writer.Real("add.rn.f32", "logSum", largest, logarithm);

            writer.Phase("(1 - e) (logSum - target's) + e / classes (classes logSum - sum).");
            string first = writer.Real("mul.rn.f32", "ofWanted", wanted, writer.Real("sub.rn.f32", "distance", logSum, ofTarget));
            string all = writer.Real("mul.rn.f32", "all", writer.Real("cvt.rn.f32.u32", "classCount", classes), logSum);
            string loss = writer.Real("fma.rn.f32", "loss", shared, writer.Real("sub.rn.f32", "ofAll", all, total), first);
            loss = writer.Real("selp.f32", "counted", PtxWriter.Constant(0f), loss, isIgnored);
            writer.Line($"@{writer.Compare("eq.u32", "isFirst", lane, "0")} st.global.f32 [{context.At("losses", sample)}], {loss}");
            context.Only(hasGradient, "no_gradient", () =>
            {
                string scale = writer.Real("selp.f32", "scale", PtxWriter.Constant(0f), share, isIgnored);
                Each((c, at, logit) =>
                {
                    string q = writer.Real(
                        "selp.f32", "q", wanted, PtxWriter.Constant(0f), writer.Compare("eq.u32", "isTarget", c, target));
                    string probability = Exponential(logit, logSum), difference = writer.Real(
                        "sub.rn.f32", "difference", probability, writer.Real("add.rn.f32", "probabilityWanted", q, shared));
                    writer.Line($"st.global.f32 [{context.At("gradient", at)}], {writer.Real("mul.rn.f32", "change", difference, scale)}");
                });
            });

            void Each(Action<string, string, string> body) => writer.Loop("c", lane, classes, "32", c =>
            {
                string at = writer.Integer("add.u32", "at", row, c);
                body(c, at, writer.Real("ld.global.f32", "logit", $"[{context.At("logits", at)}]"));
            });

            string Exponential(string logit, string from)
                => writer.Real(
                    "ex2.approx.f32", "exponential",
                    writer.Real("mul.rn.f32", "power", writer.Real("sub.rn.f32", "below", logit, from), PtxWriter.Constant(LogOfE)));
        });

    /// <summary>The mean of the losses: one warp.</summary>
    public static string MeanLoss()
        => ParameterKernels.EachWarp("mean_loss", "count", ["losses", "mean"], ["samples", "f32 share"], (context, index) =>
    {
        PtxWriter writer = context.Writer;
        string total = writer.Real("mov.f32", "total", PtxWriter.Constant(0f)), share = context.Real("share");
        writer.Loop(
            "n", context.Thread.Lane, context.Number("samples"), "32",
            sample => writer.Line($"add.rn.f32 {total}, {total}, {context.Load("losses", sample)}"));
        total = writer.OverWarp(writer.Sum, total);
        context.FirstLane(() => writer.Line(
            $"st.global.f32 [{context.At("mean", index)}], {writer.Real("mul.rn.f32", "meanLoss", total, share)}"));
    });

    /// <summary>
    /// Sums of squares of the gradients, one for each block: first of each thread's, then of the lanes, then of the warps.
    /// </summary>
    public static string SquareParts()
        => LayerContext.Kernel("square_parts", ParameterKernels.Threads, ["gradients", "parts"], ["count"], context =>
    {
        PtxWriter writer = context.Writer;
        string array = writer.Shared("ofWarps", ParameterKernels.Threads / 32), ofWarps = writer.Integer("mov.u32", "ofWarpsAt", array);
        string block = context.Block("x", "block"), step = GridStride(context, block, out string first);
        string total = writer.Real("mov.f32", "total", PtxWriter.Constant(0f));
        writer.Loop("i", first, context.Number("count"), step, index =>
        {
            string gradient = context.Load("gradients", index);
            writer.Line($"fma.rn.f32 {total}, {gradient}, {gradient}, {total}");
        });
        total = writer.OverWarp(writer.Sum, total);
        context.FirstLane(() => writer.Line(
            $"st.shared.f32 [{writer.Integer("mad.lo.u32", "at", context.Thread.Warp, "4", ofWarps)}], {total}"));
        writer.Line("bar.sync 0");
        writer.OnlyWhereZero(context.Thread.Number, "other_threads", () =>
        {
            string[] warps = [.. Enumerable.Range(0, ParameterKernels.Threads / 32).Select(
                w => writer.Real("ld.shared.f32", "ofWarp", $"[{ofWarps}+{LayerContext.Text(4 * w)}]"))];
            writer.Line($"st.global.f32 [{context.At("parts", block)}], {warps.Aggregate((a, b) => writer.Sum(a, b))}");
        });
    });

    /// <summary>
    /// All gradients times limit / (norm + 1e-6) where that is below 1 (Pascanu et al. 2012, as torch.nn.utils.clip_grad_norm_ has it),
    /// and the norm before. Every warp adds up the parts, in the same order; a norm that is no number makes all gradients none.
    /// </summary>
    public static string Clip()
        => LayerContext.Kernel("clip", ParameterKernels.Threads, ["gradients", "parts", "norm"], ["count", "partCount", "f32 limit"], context =>
    {
        PtxWriter writer = context.Writer;
        string step = GridStride(
            context, context.Block("x", "block"),
            out string first), end = writer.Label("end"), total = writer.Real("mov.f32", "total", PtxWriter.Constant(0f));
        context.Know("count");
        writer.Loop(
            "p", context.Thread.Lane, context.Number("partCount"), "32",
            part => writer.Line($"add.rn.f32 {total}, {total}, {context.Load("parts", part)}"));
        string norm = writer.Real("sqrt.rn.f32", "ofAll", writer.OverWarp(writer.Sum, total));
        context.Only(
            context.IsGiven("norm"), "not_asked",
            () => writer.OnlyWhereZero(first, "other_threads", () => writer.Line($"st.global.f32 [{context["norm"]}], {norm}")));
        string factor = writer.Real(
            "div.rn.f32", "factor", context.Real("limit"), writer.Real("add.rn.f32", "above", norm, PtxWriter.Constant(1e-6f)));
        context.SkipWhere(writer.Compare("ge.f32", "isWithin", factor, PtxWriter.Constant(1f)), end);
        writer.Loop("i", first, context.Number("count"), step, index =>
        {
            string at = context.At("gradients", index);
            writer.Line($"st.global.f32 [{at}], "
                + $"{writer.Real("mul.rn.f32", "scaled", writer.Real("ld.global.f32", "gradient", $"[{at}]"), factor)}");
        });
        writer.Place(end);
    });

    /// <summary>
    /// Stochastic gradient descent with momentum (Sutskever et al. 2013, as torch.optim.SGD has it), rounded as the CPU rounds; where the
    /// decay is below 0 a value is no parameter that is trained. The gradient is 0 after it.
    /// </summary>
    public static string Sgd() => ParameterKernels.Each(
        "sgd", "count", ["values", "gradients", "momenta", "decays"], ["nesterov", "f32 rate", "f32 momentum", "f32 kept", "f32 taken"],
        (context, index) =>
        {
            PtxWriter writer = context.Writer;
            string hasMomentum = context.IsGiven("momenta"), isNesterov = writer.Compare(
                "ne.u32", "isNesterov", context.Number("nesterov"), "0");
            string rate =
                context.Real("rate"), momentum = context.Real("momentum"), kept = context.Real("kept"), taken = context.Real("taken");
            (string value, string gradient) = Trained(context, index, out string decay);
            string change = writer.Real("add.rn.f32", "change", gradient, writer.Real("mul.rn.f32", "decayed", decay, value));
            context.Only(hasMomentum, "no_momentum", () =>
            {
                string at = context.At("momenta", index), before = writer.Real("ld.global.f32", "before", $"[{at}]");
                string moved = writer.Real(
                    "add.rn.f32", "moved", writer.Real("mul.rn.f32", "keptPart", kept, before),
                    writer.Real("mul.rn.f32", "takenPart", taken, change));
                writer.Line($"st.global.f32 [{at}], {moved}");
                string ahead = writer.Real("add.rn.f32", "ahead", change, writer.Real("mul.rn.f32", "oncemore", momentum, moved));
                writer.Line($"selp.f32 {change}, {ahead}, {moved}, {isNesterov}");
            });
            writer.Line($"st.global.f32 [{context.At("values", index)}], "
                + $"{writer.Real("sub.rn.f32", "new", value, writer.Real("mul.rn.f32", "step", rate, change))}");
        });

    /// <summary>Adam and AdamW (Kingma and Ba 2014; Loshchilov and Hutter 2017), likewise.</summary>
    public static string Adam() => ParameterKernels.Each(
        "adam", "count", ["values", "gradients", "means", "squares", "decays"],
        ["isDecoupled", "f32 rate", "f32 learningRate", "f32 beta1", "f32 rest1", "f32 beta2", "f32 rest2", "f32 root", "f32 epsilon"],
        (context, index) =>
        {
            PtxWriter writer = context.Writer;
            string isDecoupled = writer.Compare("ne.u32", "isApart", context.Number("isDecoupled"), "0");
            (string rate, string learningRate, string root, string epsilon) = (context.Real("rate"), context.Real("learningRate"), context.Real("root"), context.Real("epsilon"));
            (string beta1, string rest1, string beta2, string rest2) = (context.Real("beta1"), context.Real("rest1"), context.Real("beta2"), context.Real("rest2"));
            (string value, string gradient) = Trained(context, index, out string decay);
            string added = writer.Real("selp.f32", "added", PtxWriter.Constant(0f), decay, isDecoupled);
            string shrunk = writer.Real(
                "fma.rn.f32", "shrunk", writer.Real("neg.f32", "minus", learningRate), decay, PtxWriter.Constant(1f));
            string shrink = writer.Real("selp.f32", "shrink", shrunk, PtxWriter.Constant(1f), isDecoupled);
            string slope = writer.Real("add.rn.f32", "slope", gradient, writer.Real("mul.rn.f32", "decayed", added, value));
            string mean = Move("means", beta1, rest1, slope), square = Move(
                "squares", beta2, rest2, writer.Real("mul.rn.f32", "squared", slope, slope));
            string deviation = writer.Real("div.rn.f32", "unbiased", writer.Real("sqrt.rn.f32", "deviation", square), root);
            string step = writer.Real("div.rn.f32", "direction", mean, writer.Real("add.rn.f32", "denominator", deviation, epsilon));
            string kept = writer.Real("mul.rn.f32", "keptValue", shrink, value);
            writer.Line($"st.global.f32 [{context.At("values", index)}], "
                + $"{writer.Real("sub.rn.f32", "new", kept, writer.Real("mul.rn.f32", "step", rate, step))}");

            string Move(string array, string keep, string take, string with)
            {
                string at = context.At(array, index), before = writer.Real("ld.global.f32", "before", $"[{at}]");
                string moved = writer.Real(
                    "add.rn.f32", "moved", writer.Real("mul.rn.f32", "keptPart", keep, before),
                    writer.Real("mul.rn.f32", "takenPart", take, with));
                writer.Line($"st.global.f32 [{at}], {moved}");
                return moved;
            }
        });

    /// <summary>A thread's first index where all threads of the grid share indices out, and how far apart its are.</summary>
    private static string GridStride(LayerContext context, string block, out string first)
    {
        first = context.Writer.Integer("mad.lo.u32", "first", block, LayerContext.Text(ParameterKernels.Threads), context.Thread.Number);
        return context.Writer.Integer(
            "mul.lo.u32", "step", context.Writer.Integer("mov.u32", "blocks", "%nctaid.x"), LayerContext.Text(ParameterKernels.Threads));
    }

    /// <summary>A value and its gradient, which becomes 0; threads whose value is not trained leave.</summary>
    private static (string Value, string Gradient) Trained(LayerContext context, string index, out string decay)
    {
        PtxWriter writer = context.Writer;
        string end =
            writer.Label("is_trained"), at = context.At("gradients", index), gradient = writer.Real("ld.global.f32", "gradient", $"[{at}]");

        // Those that are not trained too: clipping by a norm that is no number leaves none there.
        writer.Line($"st.global.f32 [{at}], {PtxWriter.Constant(0f)}");
        decay = writer.Real("ld.global.nc.f32", "decay", $"[{context.At("decays", index)}]");
        string isTrained = writer.Compare("ge.f32", "isTrained", decay, PtxWriter.Constant(0f));
        writer.Line($"@{isTrained} bra {end}");
        writer.Line("ret");
        writer.Place(end);
        return (writer.Real("ld.global.f32", "value", $"[{context.At("values", index)}]"), gradient);
    }
}
