using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Norm;

/// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias for each channel (Ioffe and Szegedy 2015).</summary>
internal sealed record BatchNormOp(
    int X, int Output, int Layer, Scope Scope, string Inside, int Channels, double Epsilon, double Momentum, bool ZeroInit)
    : LayerOp(new EquatableArray<int>([X]), Output, Layer)
{
    public override IEnumerable<OpParameter> Parameters =>
    [
        new OpParameter(Scope, Inside, "weight", Initial.Of(ZeroInit ? 0 : 1), Channels),
        new OpParameter(Scope, Inside, "bias", Initial.Of(0), Channels),
        new OpParameter(Scope, Inside, "running_mean", Initial.Of(0), Channels) { IsTrainable = false },
        new OpParameter(Scope, Inside, "running_var", Initial.Of(1), Channels) { IsTrainable = false },
    ];

    /// <summary>What a state_dict calls it.</summary>
    public string Name => Scope.NameOf(Inside);

    /// <summary>The object by which generated code names it.</summary>
    public string Source => $"new NormSource({Literal.Of(Name)}, {Numbers.Text(Epsilon)}d)";

    public override void Fuse(Fusion fusion)
    {
        int y = Output, residual = fusion.IsTraining ? fusion.TakeResidual(ref y) : -1;
        Activation activation = fusion.TakeActivation(y, out y);
        fusion.Emit(new NormStep(fusion.Resolve(X), this, residual, activation, y, Layer));
    }
}

/// <summary>Adds a batch norm.</summary>
internal static class NormOps
{
    public static int BatchNorm(
        this GraphBuilder graph, int x, Scope scope, string inside, double epsilon, double momentum, bool zeroInit = false)
        => x == GraphBuilder.Nothing || !graph.Reserve("", 2.0 * VectorWidth.Pad((long)graph[x].Channels))
        ? GraphBuilder.Nothing
        : graph.Add(graph[x], y => new BatchNormOp(x, y, graph.Layer, scope, inside, graph[x].Channels, epsilon, momentum, zeroInit));
}
