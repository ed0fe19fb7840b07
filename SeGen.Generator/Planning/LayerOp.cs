using SeGen.Generator.Ir;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning;

/// <summary>An operation that knows what it is fused with.</summary>
internal abstract record LayerOp(EquatableArray<int> Inputs, int Output, int Layer) : Op(Inputs, Output, Layer)
{
    /// <summary>Adds the step that computes it, together with what can be fused; nothing where another step does its work.</summary>
    public abstract void Fuse(Fusion fusion);

    /// <summary>Whether it can itself multiply the channels of an input with the factors of a gate.</summary>
    public virtual bool CanScale(Fusion fusion, int input) => false;
}

/// <summary>An operation that multiplies channels with factors, and may leave that to the one that reads its output.</summary>
internal interface IScaling
{
    /// <summary>The value that is scaled.</summary>
    int Input { get; }

    /// <summary>The factors.</summary>
    int Factors { get; }

    /// <summary>The value that is written.</summary>
    int Output { get; }

    /// <summary>Adds a step of its own.</summary>
    void Emit(Fusion fusion);

    /// <summary>Adds a step that also adds a value and applies an activation.</summary>
    void Emit(Fusion fusion, int residual, Activation activation, int output);
}
