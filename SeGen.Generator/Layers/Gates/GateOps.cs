using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Layers.Gates;

/// <summary>The factors of a gate: s = gate(W2 act(W1 squeeze(x) + b1) + b2), a vector (Hu et al. 2018).</summary>
internal sealed record FactorsOp(
    int X, int Output, int Layer, Scope Scope, string Inside, GateSpec Gate) : LayerOp(new EquatableArray<int>([X]), Output, Layer)
{
    public override bool ReadsSums => Gate is { Hidden: > 0, Squeeze: Squeeze.Mean or Squeeze.SumOverHPlusW };

    public override IEnumerable<OpParameter> Parameters
    {
        get
        {
            yield return new OpParameter(Scope, Inside + "fc1", "weight", Initial.Uniform(Gate.Channels), Gate.Hidden, Gate.Channels);
            if (Gate.HasReduceBias)
                yield return new OpParameter(Scope, Inside + "fc1", "bias", Initial.Uniform(Gate.Channels), Gate.Hidden);

            yield return new OpParameter(Scope, Inside + "fc2", "weight", Initial.Uniform(Gate.Hidden), Gate.Channels, Gate.Hidden);
            if (Gate.HasExpandBias)
                yield return new OpParameter(Scope, Inside + "fc2", "bias", Initial.Uniform(Gate.Hidden), Gate.Channels);
        }
    }

    public override void Fuse(Fusion fusion)
    {
        int x = fusion.Resolve(X);
        fusion.Emit(new FactorsStep(this with { X = x, Inputs = fusion.Of(X) }, ReadsSums && fusion.HasSums(x)));
    }
}

/// <summary>y[c] = s[c] x[c].</summary>
internal sealed record GateOp(
    int X, int Factors, int Output, int Layer) : LayerOp(new EquatableArray<int>([X, Factors]), Output, Layer), IScaling
{
    public override void Fuse(Fusion fusion)
    {
        // The addition or the convolution after it scales too.
        if (fusion.Only<LayerOp>(Output) is not { } next || !next.CanScale(fusion, Output))
            Emit(fusion);
    }

    public void Emit(Fusion fusion)
    {
        Activation activation = fusion.TakeActivation(Output, out int y);
        Emit(fusion, -1, activation, y);
    }

    public void Emit(Fusion fusion, int residual, Activation activation, int output)
        => fusion.Emit(new ScaleStep(
            fusion.Resolve(X), this, residual, activation, output, Layer, ((FactorsOp)fusion.Producer(Factors)!).Gate));
}

/// <summary>Adds a gate.</summary>
internal static class GateOps
{
    public static int Gate(this GraphBuilder graph, int x, Scope scope, string inside, GateSpec? gate)
    {
        if (x == GraphBuilder.Nothing || gate is null || !graph.Reserve("", 2.0 * (gate.Hidden + 1.0) * (gate.Channels + 16.0)))
            return GraphBuilder.Nothing;

        int factors = graph.Add(new Tensor(gate.Channels, SizeRule.One), y => new FactorsOp(x, y, graph.Layer, scope, inside, gate));
        return graph.Add(graph[x], y => new GateOp(x, factors, y, graph.Layer));
    }
}
