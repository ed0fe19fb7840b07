using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Layers.Pointwise;

/// <summary>y = f(x) for each value.</summary>
internal sealed record ActivationOp(
    int X, int Output, int Layer, Activation Function) : LayerOp(new EquatableArray<int>([X]), Output, Layer)
{
    public override void Fuse(Fusion fusion) => fusion.Emit(new PointwiseStep(fusion.Resolve(X), -1, Function, Output, Layer));
}

/// <summary>y = a + b.</summary>
internal sealed record AddOp(int A, int B, int Output, int Layer) : LayerOp(new EquatableArray<int>([A, B]), Output, Layer)
{
    public override bool CanScale(Fusion fusion, int input) => true;

    /// <summary>The sum of two values, of which one may yet have to be scaled by its gate.</summary>
    public override void Fuse(Fusion fusion)
    {
        IScaling? gate = fusion.Pending(A) ?? fusion.Pending(B);
        int other = gate is null ? B : gate.Output == A ? B : A;
        fusion.Pending(other)?.Emit(fusion);
        Activation activation = fusion.TakeActivation(Output, out int y);
        if (gate is null)
            fusion.Emit(new PointwiseStep(fusion.Resolve(A), fusion.Resolve(B), activation, y, Layer));
        else
            gate.Emit(fusion, fusion.Resolve(other), activation, y);
    }
}

/// <summary>Adds such operations, and takes them into the step before.</summary>
internal static class PointwiseOps
{
    public static int Activate(this GraphBuilder graph, int x, Activation function)
        => x == GraphBuilder.Nothing || function == Activation.Identity
        ? x
        : graph.Add(graph[x], y => new ActivationOp(x, y, graph.Layer, function));

    public static int Sum(this GraphBuilder graph, int a, int b)
    {
        if (a == GraphBuilder.Nothing || b == GraphBuilder.Nothing)
            return GraphBuilder.Nothing;

        if (graph[a] != graph[b])
            return graph.FailWith(DiagnosticIds.IdentityChangesShape, "", graph.LayerOf(b), graph.Describe(b), graph.Describe(a));

        return graph.Add(graph[a], y => new AddOp(a, b, y, graph.Layer));
    }

    /// <summary>The activation that alone reads a value, as part of the step at hand; the identity where there is none.</summary>
    public static Activation TakeActivation(this Fusion fusion, int value, out int result)
    {
        ActivationOp? activation = fusion.Only<ActivationOp>(value);
        result = fusion.Take(activation) ?? value;
        return activation?.Function ?? Activation.Identity;
    }

    /// <summary>The other part of the sum that only this value goes into, where it is there; the value becomes the sum.</summary>
    public static int TakeResidual(this Fusion fusion, ref int value)
    {
        if (fusion.Only<AddOp>(value) is not { } add)
            return -1;

        int other = add.A == value ? add.B : add.A;
        if (!fusion.IsReady(fusion.Resolve(other)) || fusion.Pending(other) is not null)
            return -1;

        value = fusion.Take(add)!.Value;
        return fusion.Resolve(other);
    }
}
