using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Layout;

/// <summary>
/// The caller's [C, H, W] into the layout of the kernels, lanes beyond the channels as zeros; a cut is a block or a plane.
/// </summary>
internal sealed record ImportKernel(Place Out) : KernelSpec
{
    /// <summary>The local with the channels of a block.</summary>
    public static string ChannelsOf(Place place) => place.Channels % 16 == 0
        ? "const nuint channels = 16;"
        : $"nuint channels = nuint.Min(16, {Numbers.Text(place.Channels)} - (nuint)cut * 16);";

    public override string Name => $"Import_{(Out.IsPlanar ? "Planar" : "")}{Out.Text}";

    public override string Summary => $"output = input: {Out.Shape} into {(Out.IsPlanar ? "planes" : "blocks of 16 channels")}.";

    public override Signature Signature => Of([Read("input"), Write("output"), .. new Strides("Out", Out).Parameters, Cut]);

    public override void Emit(SourceWriter writer)
    {
        var to = new Strides("Out", Out);
        to.Constants(writer);
        writer.Blank();
        using (writer.Block($"public static void Run({Signature.Declared})"))
        {
            to.Locals(writer);
            writer.Line($"nuint pixels = {to.Height} * {to.Width};");
            writer.Line($"ref float from = ref Add(ref AsRef(in input), (nuint)cut * {(Out.IsPlanar ? "" : "16 * ")}pixels);");
            writer.Line($"ref float to = ref Add(ref output, {to.FirstPlus}(nuint)cut * {to.Block});");
            if (!Out.IsPlanar)
                writer.Line(ChannelsOf(Out));

            LayoutRows.Emit(writer, to, Out, (pixels, outer, inner) => Out.IsPlanar
                ? $"MemoryMarshal.CreateReadOnlySpan(ref {outer}, (int)({pixels})).CopyTo(MemoryMarshal.CreateSpan(ref {inner}, "
                    + $"(int)({pixels})));"
                : $"ChannelBlocks.Gather(in {outer}, pixels, channels, {pixels}, ref {inner});", "from", "to");
        }
    }
}

/// <summary>Goes through the rows of a tensor and of the caller's, which has no border.</summary>
internal static class LayoutRows
{
    /// <param name="writer">Where to.</param>
    /// <param name="strides">The tensor in the layout of the kernels.</param>
    /// <param name="place">The same.</param>
    /// <param name="copy">Writes what is done with some neighbouring pixels: how many, where they are at the caller's, where in the
    /// tensor.</param>
    /// <param name="outer">The caller's.</param>
    /// <param name="inner">The tensor's.</param>
    public static void Emit(
        SourceWriter writer, Strides strides, Place place, Func<string, string, string, string> copy, string outer, string inner)
    {
        if (place.Border == 0)
        {
            writer.Line(copy("pixels", outer, inner));
            return;
        }

        writer.Line($"for (nuint row = 0; row < {strides.Height}; row++)");
        using (writer.Indent())
            writer.Line(copy(strides.Width, $"Add(ref {outer}, row * {strides.Width})", $"Add(ref {inner}, row * {strides.Row})"));
    }
}

/// <summary>A tensor in the layout of the kernels into the caller's [C, H, W]; a cut is a block.</summary>
internal sealed record ExportKernel(Place In) : KernelSpec
{
    public override string Name => $"Export_{(In.IsPlanar ? "Planar" : "")}{In.Text}";

    public override string Summary => $"output = input: {In.Shape} out of {(In.IsPlanar ? "planes" : "blocks of 16 channels")}.";

    public override Signature Signature => Of([Read("input"), Write("output"), .. new Strides("In", In).Parameters, Cut]);

    public override void Emit(SourceWriter writer)
    {
        var from = new Strides("In", In);
        from.Constants(writer);
        writer.Blank();
        using (writer.Block($"public static void Run({Signature.Declared})"))
        {
            from.Locals(writer);
            writer.Line($"nuint pixels = {from.Height} * {from.Width};");
            writer.Line($"ref float from = ref Add(ref AsRef(in input), {from.FirstPlus}(nuint)cut * {from.Block});");
            writer.Line($"ref float to = ref Add(ref output, (nuint)cut * {(In.IsPlanar ? "" : "16 * ")}pixels);");
            if (!In.IsPlanar)
                writer.Line(ImportKernel.ChannelsOf(In));

            LayoutRows.Emit(writer, from, In, (pixels, outer, inner) => In.IsPlanar
                ? $"MemoryMarshal.CreateReadOnlySpan(ref {inner}, (int)({pixels})).CopyTo(MemoryMarshal.CreateSpan(ref {outer}, "
                    + $"(int)({pixels})));"
                : $"ChannelBlocks.Scatter(in {inner}, {pixels}, channels, ref {outer}, pixels);", "to", "from");
        }
    }
}
