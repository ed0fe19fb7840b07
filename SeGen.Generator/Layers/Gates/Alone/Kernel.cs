using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// Where an op writes its kernels: the text, the plan and the vector width, with the phrases that every kernel is made of.
/// </summary>
internal sealed record Kernel(SourceWriter Writer, SEBlockPlan Plan, VectorWidth Width)
{
    public string V => Width.Type;

    public int Lanes => Width.Lanes;

    /// <summary>Pixels of a channel: a constant, or the kernel's argument.</summary>
    public string Pixels => PixelsOf(Plan);

    /// <summary>Vectors that a channel fills, where the size is fixed.</summary>
    public int WholeVectors => Plan.Pixels / Lanes;

    /// <summary>Whether a channel ends within a vector; where the size comes at run time it may.</summary>
    public bool HasTail => !Plan.IsFixed || Plan.Pixels % Lanes != 0;

    /// <summary>Whether a channel is too short for one vector of this width.</summary>
    public bool IsTooWide => Plan.IsFixed && Plan.Pixels < Lanes;

    /// <summary>Whether a channel is written out rather than looped over.</summary>
    public bool IsShort => Plan.IsFixed && WholeVectors <= UnrollBudget.RowVectors;

    /// <summary>The last arguments of a kernel where the size comes at run time.</summary>
    public static string SizeParameter(SEBlockPlan plan) => plan.IsFixed ? "" : ", nuint pixels";

    public static string PixelsOf(SEBlockPlan plan) => plan.IsFixed ? "Pixels" : "pixels";

    public string Load(string from, string at) => $"{V}.LoadUnsafe(ref {from}, {at})";

    public string Load(string from, int at) => Load(from, Numbers.Text(at));

    public string MultiplyAdd(string a, string b, string sum) => $"{V}.{Width.FusedMultiplyAdd}({a}, {b}, {sum})";

    /// <summary>A method of a kernel class. Fully optimised at its first call: a kernel has no use for the tiers before that.</summary>
    public static SourceWriter.Scope Method(SourceWriter writer, string head)
    {
        writer.Blank();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        return writer.Block($"public static {head}");
    }

    /// <summary>Sends channels that are too short for this width to the next narrower one; says whether there is more to write.</summary>
    public bool Narrow(string call)
    {
        if (IsTooWide)
        {
            Writer.Line($"// {Plan.Pixels} pixels are fewer than a vector has lanes.");
            Writer.Line($"{Width.NarrowerKernels}.{call};");
            return false;
        }

        if (!Plan.IsFixed)
        {
            using (Writer.Block($"if (pixels < {Lanes})"))
            {
                Writer.Line($"{Width.NarrowerKernels}.{call};");
                Writer.Line("return;");
            }

            Writer.Blank();
        }

        return true;
    }

    /// <summary>The lanes of a channel's last vector that no whole vector before it has: it overlaps the one before.</summary>
    public void DeclareLastLanes()
    {
        string fresh = Plan.IsFixed
            ? Numbers.Text(Lanes - Plan.Pixels % Lanes)
            : $"{Numbers.Text(Lanes)} - (int)(pixels % {Numbers.Text(Lanes)})";
        Writer.Line($"var lastLanes = {V}.GreaterThanOrEqual({V}<int>.Indices, {V}.Create({fresh})).AsSingle();");
    }
}
