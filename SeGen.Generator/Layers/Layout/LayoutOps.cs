using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Layers.Layout;

/// <summary>The caller's input, into the layout of the kernels.</summary>
internal sealed record ImportOp() : LayerOp(default, 0, -1)
{
    public override void Fuse(Fusion fusion) => fusion.Emit(new ImportStep());
}

/// <summary>The result, into the caller's layout.</summary>
internal sealed record ExportOp(int X) : LayerOp(new EquatableArray<int>([X]), GraphBuilder.Nothing, -1)
{
    public override void Fuse(Fusion fusion) => fusion.Emit(new ExportStep(fusion.Resolve(X)));
}

/// <summary>Closes a graph.</summary>
internal static class LayoutOps
{
    /// <summary>The graph of what a builder has, between the caller's layouts.</summary>
    public static Graph ToGraph(this GraphBuilder builder, int output) => builder.ToGraph(output, new ImportOp(), new ExportOp(output));
}
