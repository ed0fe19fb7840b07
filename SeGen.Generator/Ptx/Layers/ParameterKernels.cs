namespace SeGen.Generator.Ptx.Layers;

/// <summary>Kernels that make of a network's parameters what other kernels read.</summary>
internal static class ParameterKernels
{
    public const int Threads = 128;

    private const int Warps = Threads / 32;

    /// <summary>
    /// A batch norm with its running statistics as a factor and a summand for each channel, the bias of the convolution before it included
    /// (Ioffe and Szegedy 2015, algorithm 2).
    /// </summary>
    public static string Fold()
        => Each("fold", "channels", ["weight", "bias", "mean", "variance", "before", "scale",
            "shift"], ["f32 epsilon"], (context, channel) =>
    {
        PtxWriter writer = context.Writer;
        string Load(string array) => writer.Real("ld.global.nc.f32", array, $"[{context.At(array, channel)}]");
        string hasBias = context.IsGiven("before"), before = writer.Real("mov.f32", "before", PtxWriter.Constant(0f));
        writer.Line($"@{hasBias} ld.global.nc.f32 {before}, [{context.At("before", channel)}]");
        string deviation = writer.Real(
            "sqrt.rn.f32", "deviation", writer.Real("add.rn.f32", "spread", Load("variance"), context.Real("epsilon")));
        string scale = writer.Real("div.rn.f32", "scale", Load("weight"), deviation);
        string distance = writer.Real("sub.rn.f32", "distance", before, Load("mean"));
        writer.Line($"st.global.f32 [{context.At("scale", channel)}], {scale}");
        writer.Line($"st.global.f32 [{context.At("shift", channel)}], {writer.Real("fma.rn.f32", "shift", distance, scale, Load("bias"))}");
    });

    /// <summary>A kernel with a thread for each number below a count.</summary>
    public static string Each(string name, string count, string[] arrays, string[] numbers, Action<LayerContext, string> write)
        => Each(name, count, Threads, context => context.Thread.Number, arrays, numbers, write);

    /// <summary>A kernel with a warp for each number below a count; lanes go through what belongs to it together.</summary>
    public static string EachWarp(string name, string count, string[] arrays, string[] numbers, Action<LayerContext, string> write)
        => Each(name, count, Warps, context => context.Thread.Warp, arrays, numbers, write);

    /// <summary>What the first lane of a warp does alone.</summary>
    public static void FirstLane(this LayerContext context, Action body)
        => context.Writer.OnlyWhereZero(context.Thread.Lane, "other_lanes", body);

    private static string Each(
        string name, string count, int ofBlock, Func<LayerContext, string> inBlock, string[] arrays, string[] numbers,
        Action<LayerContext, string> write) => LayerContext.Kernel(
        name, Threads, arrays, [count, .. numbers], context =>
        {
            PtxWriter writer = context.Writer;
            string end = writer.Label("end"), index = writer.Integer(
                "mad.lo.u32", "index", context.Block("x", "block"), LayerContext.Text(ofBlock), inBlock(context));
            context.SkipWhere(writer.Compare("ge.u32", "isBeyond", index, context.Number(count)), end);
            write(context, index);
            writer.Place(end);
        });
}
