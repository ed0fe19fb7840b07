using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Layers.Linear;

/// <summary>y = W x + b over all values of an image (PyTorch's Flatten and Linear).</summary>
internal sealed record LinearOp(int X, int Output, int Layer, Scope Scope, int InputLength, int Features, bool HasBias)
    : LayerOp(new EquatableArray<int>([X]), Output, Layer)
{
    public override IEnumerable<OpParameter> Parameters
    {
        get
        {
            yield return new OpParameter(Scope, "", "weight", Initial.Uniform(InputLength), Features, InputLength);
            if (HasBias)
                yield return new OpParameter(Scope, "", "bias", Initial.Uniform(InputLength), Features);
        }
    }

    public override double TurnedWeights(double inputLength) => VectorWidth.Pad((long)Features) * inputLength;

    public override void Fuse(Fusion fusion)
    {
        if (fusion.IsTraining)
        {
            fusion.Emit(new LinearStep(this, Activation.Identity, Output));
            return;
        }

        Activation after = fusion.TakeActivation(Output, out int result);
        fusion.Emit(new LinearStep(this with { X = fusion.Resolve(X), Inputs = fusion.Of(X) }, after, result));
    }
}

/// <summary>Adds a dense layer.</summary>
internal static class LinearOps
{
    public static int Linear(this GraphBuilder graph, int x, Scope scope, int features, bool bias)
    {
        if (x == GraphBuilder.Nothing)
            return GraphBuilder.Nothing;

        SizeRule size = graph.SizeOf(x);
        if (!size.IsFixed)
            return graph.Fail(DiagnosticIds.SizeNeeded, "");

        int length = graph[x].Channels * size.Pixels;
        return graph.Reserve("Features", VectorWidth.Pad((long)features) * (1 + (double)VectorWidth.Pad(graph[x].Channels) * size.Pixels))
            ? graph.Add(new Tensor(features, SizeRule.One), y => new LinearOp(x, y, graph.Layer, scope, length, features, bias))
            : GraphBuilder.Nothing;
    }
}
