using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Layers.Dropout;

/// <summary>In training some values are zeroed and the others divided by what is left (PyTorch's dropout); nothing in inference.</summary>
internal sealed record DropoutOp(int X, int Output, int Layer, double Probability) : LayerOp(new EquatableArray<int>([X]), Output, Layer)
{
    public override bool IsTrainingOnly => true;

    public override void Fuse(Fusion fusion)
    {
        if (fusion.IsTraining)
            fusion.Emit(new DropoutStep(this, fusion.Count<DropoutStep>()));
    }
}

/// <summary>Adds a dropout.</summary>
internal static class DropoutOps
{
    public static int Dropout(this GraphBuilder graph, int x, double probability)
        => x == GraphBuilder.Nothing ? GraphBuilder.Nothing : graph.Add(graph[x], y => new DropoutOp(x, y, graph.Layer, probability));
}
