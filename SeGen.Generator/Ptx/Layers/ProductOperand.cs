namespace SeGen.Generator.Ptx.Layers;

/// <summary>One factor of a product: who loads what of it in a step, and how.</summary>
internal abstract class ProductOperand
{
    /// <summary>Whether threads beside each other load along the depth; else along the rows or columns.</summary>
    public abstract bool IsAlongDepth { get; }

    /// <summary>Before the first step, where all threads come by.</summary>
    /// <param name="depths">For each float that the thread loads in a step, its depth in the product.</param>
    /// <param name="lines">Likewise its row or column within the block.</param>
    public abstract void Begin(IReadOnlyList<string> depths, IReadOnlyList<string> lines);

    /// <summary>Loads the floats of a step, 0 for those that are not there.</summary>
    public abstract string[] Load();

    /// <summary>Moves on to the next step.</summary>
    public abstract void Advance();
}
