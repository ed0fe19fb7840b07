using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Layers.Pool;

/// <summary>The maximum or mean of each window; NaN propagates (PyTorch's max_pool2d, avg_pool2d).</summary>
internal sealed record PoolOp(
    int X, int Output, int Layer, bool IsMaximum, Window Window) : LayerOp(new EquatableArray<int>([X]), Output, Layer)
{
    public override void Fuse(Fusion fusion) => fusion.Emit(new PoolStep(this with { X = fusion.Resolve(X), Inputs = fusion.Of(X) }));
}

/// <summary>The mean over all pixels of each channel (PyTorch's adaptive_avg_pool2d to one pixel).</summary>
internal sealed record GlobalPoolOp(int X, int Output, int Layer) : LayerOp(new EquatableArray<int>([X]), Output, Layer)
{
    public override void Fuse(Fusion fusion) => fusion.Emit(new MeanStep(this with { X = fusion.Resolve(X), Inputs = fusion.Of(X) }));
}

/// <summary>Adds pools.</summary>
internal static class PoolOps
{
    public static int Pool(this GraphBuilder graph, int x, bool maximum, Window window)
    {
        if (x == GraphBuilder.Nothing)
            return GraphBuilder.Nothing;

        int size = graph.Slide(x, window);
        return size == GraphBuilder.NoSize
            ? GraphBuilder.Nothing
            : graph.Add(new Tensor(graph[x].Channels, size), y => new PoolOp(x, y, graph.Layer, maximum, window));
    }

    public static int GlobalPool(this GraphBuilder graph, int x) => x == GraphBuilder.Nothing || graph[x].IsVector
        ? x
        : graph.Add(new Tensor(graph[x].Channels, SizeRule.One), y => new GlobalPoolOp(x, y, graph.Layer));
}
