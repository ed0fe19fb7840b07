using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs;

/// <summary>
/// A kernel that is specialised to a shape. Equal specs are one kernel: it is written once, however many layers and classes use it.
/// </summary>
internal abstract record KernelSpec
{
    /// <summary>The class that holds it: everything that the kernel depends on, so that different ones have different names.</summary>
    public abstract string Name { get; }

    /// <summary>What it computes, for its documentation.</summary>
    public abstract string Summary { get; }

    /// <summary>Writes what stands in the class.</summary>
    public abstract void Emit(SourceWriter writer);

    /// <summary>The parameters of its method Run.</summary>
    public abstract Signature Signature { get; }

    /// <summary>The parameters of a method: of Run, or of another one that some kernels have.</summary>
    public virtual Signature SignatureOf(string method) => Signature;

    /// <summary>Floats that a thread needs for itself while it runs a cut.</summary>
    public virtual int WorkspaceLength => 0;

    /// <summary>The same in training, where one thread runs all of an image.</summary>
    public virtual int TrainingWorkspaceLength => 0;

    /// <summary>A method for each width and one that chooses: the condition is a constant to the JIT.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="body">The body for a width; null stands for the scalar form.</param>
    /// <param name="name">The method that chooses; the others have the width behind it.</param>
    protected void EmitWidths(SourceWriter writer, Action<VectorWidth?> body, string name = "Run")
    {
        (string parameters, string arguments) = (SignatureOf(name).Declared, SignatureOf(name).Passed);
        using (writer.Block($"public static void {name}({parameters})"))
        {
            for (int i = 0; i < VectorWidth.All.Count; i++)
            {
                VectorWidth width = VectorWidth.All[i];
                writer.Line($"{(i == 0 ? "if" : "else if")} ({width.Type}.IsHardwareAccelerated)");
                using (writer.Indent())
                    writer.Line($"{name}{Bits(width)}({arguments});");
            }

            writer.Line("else");
            using (writer.Indent())
                writer.Line($"{name}Scalar({arguments});");
        }

        foreach (VectorWidth? width in VectorWidth.All.Append(null))
        {
            writer.Blank();
            writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
            using (writer.Block($"private static void {name}{Bits(width)}({parameters})"))
                body(width);
        }
    }

    /// <summary>"512", or "Scalar".</summary>
    protected static string Bits(VectorWidth? width) => new Lanes(width).Bits;

    /// <summary>An activation's call, or the value itself.</summary>
    protected static string Activate(Model.Activation activation, string value)
        => activation == Model.Activation.Identity ? value : $"Activations.{activation}({value})";
}
