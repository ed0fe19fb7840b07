using SeGen.Generator.Emit;

namespace SeGen.Generator.Kernels;

/// <summary>The caller's [C, H, W] into the layout of the kernels, lanes beyond the channels as zeros; a cut is a block or a plane.</summary>
internal sealed record ImportKernel(Place Out) : KernelSpec
{
    public override string Name => $"Import_{(Out.IsPlanar ? "Planar" : "")}{Out.Text}";

    public override string Summary => $"output = input: {Out.Shape} into {(Out.IsPlanar ? "planes" : "blocks of 16 channels")}.";

    public override void Emit(SourceWriter writer)
    {
        var to = new Strides("Out", Out);
        to.Constants(writer);
        writer.Blank();
        using (writer.Block($"public static void Run(ref readonly float input, ref float output, {to.Parameter}int cut)"))
        {
            to.Locals(writer);
            writer.Line($"nuint pixels = {to.Height} * {to.Width};");
            using (writer.Block($"for (nuint lane = 0; lane < {Numbers.Text(Out.Pixel)}; lane++)"))
            {
                writer.Line($"nuint channel = (nuint)cut * {Numbers.Text(Out.Pixel)} + lane;");
                writer.Line($"ref float from = ref Add(ref AsRef(in input), channel * pixels);");
                writer.Line($"ref float to = ref Add(ref output, (nuint)cut * {to.Block} + {to.First} + lane);");
                writer.Line($"bool isChannel = channel < {Numbers.Text(Out.Channels)};");
                using (writer.Block($"for (nuint row = 0; row < {to.Height}; row++)"))
                using (writer.Block($"for (nuint column = 0; column < {to.Width}; column++)"))
                    writer.Line($"Add(ref to, row * {to.Row} + column * {Numbers.Text(Out.Pixel)}) = isChannel ? Add(ref from, row * {to.Width} + column) : 0f;");
            }
        }
    }
}

/// <summary>A tensor in the layout of the kernels into the caller's [C, H, W]; a cut is a block.</summary>
internal sealed record ExportKernel(Place In) : KernelSpec
{
    public override string Name => $"Export_{(In.IsPlanar ? "Planar" : "")}{In.Text}";

    public override string Summary => $"output = input: {In.Shape} out of {(In.IsPlanar ? "planes" : "blocks of 16 channels")}.";

    public override void Emit(SourceWriter writer)
    {
        var from = new Strides("In", In);
        from.Constants(writer);
        writer.Blank();
        using (writer.Block($"public static void Run(ref readonly float input, ref float output, {from.Parameter}int cut)"))
        {
            from.Locals(writer);
            writer.Line($"nuint pixels = {from.Height} * {from.Width};");
            writer.Line($"nuint last = nuint.Min({Numbers.Text(In.Pixel)}, {Numbers.Text(In.Channels)} - (nuint)cut * {Numbers.Text(In.Pixel)});");
            using (writer.Block("for (nuint lane = 0; lane < last; lane++)"))
            {
                writer.Line($"ref float from = ref Add(ref AsRef(in input), (nuint)cut * {from.Block} + {from.First} + lane);");
                writer.Line($"ref float to = ref Add(ref output, ((nuint)cut * {Numbers.Text(In.Pixel)} + lane) * pixels);");
                using (writer.Block($"for (nuint row = 0; row < {from.Height}; row++)"))
                using (writer.Block($"for (nuint column = 0; column < {from.Width}; column++)"))
                    writer.Line($"Add(ref to, row * {from.Width} + column) = Add(ref from, row * {from.Row} + column * {Numbers.Text(In.Pixel)});");
            }
        }
    }
}

/// <summary>Sets the border of a tensor to zero; its memory held something else before.</summary>
internal sealed record BorderKernel(Place Out) : KernelSpec
{
    public override string Name => $"Border_{(Out.IsPlanar ? "Planar" : "")}{Out.Text}";

    public override string Summary => $"The border of {Numbers.Text(Out.Border)} around {Out.Shape} = 0.";

    public override void Emit(SourceWriter writer)
    {
        var to = new Strides("Out", Out);
        to.Constants(writer);
        string border = Numbers.Text(Out.Border), side = Numbers.Text(Out.Border * Out.Pixel);
        writer.Blank();
        using (writer.Block($"public static void Run(ref float output{(Out.IsFixed ? "" : ", MapSize outSize")})"))
        {
            to.Locals(writer);
            using (writer.Block($"for (nuint block = 0; block < {Numbers.Text(Out.Blocks)}; block++)"))
            {
                writer.Line($"ref float to = ref Add(ref output, block * {to.Block});");
                writer.Line($"MemoryMarshal.CreateSpan(ref to, {border} * (int){to.Row}).Clear();");
                using (writer.Block($"for (nuint row = {border}; row < {to.Height} + {border}; row++)"))
                {
                    writer.Line($"MemoryMarshal.CreateSpan(ref Add(ref to, row * {to.Row}), {side}).Clear();");
                    writer.Line($"MemoryMarshal.CreateSpan(ref Add(ref to, (row + 1) * {to.Row} - {side}), {side}).Clear();");
                }

                writer.Blank();
                writer.Line($"MemoryMarshal.CreateSpan(ref Add(ref to, ({to.Height} + {border}) * {to.Row}), {border} * (int){to.Row}).Clear();");
            }
        }
    }
}
