using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>Phrases that the two classes which run a module share.</summary>
internal static class RunPhrases
{
    /// <summary>The last arguments of a kernel over pixels.</summary>
    public static string Size(SEBlockPlan plan) => plan.IsFixed ? "" : ", Pixels";

    /// <summary>The last arguments of a kernel that needs the factor of the mean.</summary>
    public static string Share(SEBlockPlan plan) => SqueezeOp.ShareParameter(plan).Length > 0 ? ", Share" : "";

    /// <summary>Whether stores may go past the caches at this size, as a condition before others.</summary>
    public static string LongRows(SEBlockPlan plan) => plan.IsFixed ? "" : $"Pixels >= {Numbers.Text(SEBlockPlan.MinStreamedPixels)} && ";

    /// <summary>Members that both classes have.</summary>
    public static void Members(SourceWriter writer, SEBlockPlan plan)
    {
        if (!plan.IsFixed && plan.HasMean)
        {
            writer.Blank();
            writer.Line($"private float Share => 1f / "
                + $"{(plan.Gate.Squeeze == Model.Squeeze.SumOverHPlusW ? "(Height + Width)" : "Pixels")};");
        }

        writer.Blank();
        writer.Line(plan.IsFixed
            ? $"private const long ImageLength = (long)Channels * {SEBlockEmitter.ModuleClass(plan)}.Pixels;"
            : "private long ImageLength => Channels * (long)Pixels;");
    }

    /// <summary>The channels of a cut; the last one takes what is left over.</summary>
    public static void Cut(SourceWriter writer, SEBlockPlan plan)
    {
        if (plan.ChannelCuts == 1)
            return;

        writer.Blank();
        writer.Line($$"""
            // Cuts of {{plan.CutChannels}} channels; the last one takes what is left over.
            private static nuint First(int cut) => (nuint)cut * {{plan.CutChannels}};

            private static nuint End(int cut) => cut == {{plan.ChannelCuts - 1}} ? Channels : First(cut + 1);
            """);
    }

    /// <summary>The channels of a phase's cut, as two arguments.</summary>
    public static string CutRange(SEBlockPlan plan) => plan.ChannelCuts == 1 ? "0, Channels" : "First(cut), End(cut)";

    /// <summary>Whether images of a batch can be done by one thread each: with one image there are none to share out.</summary>
    public static bool HasImagePhase(SEBlockPlan plan) => plan.Spec.MaxBatch > 1;
}
