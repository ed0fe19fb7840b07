using SeGen.Generator.Planning;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Programs;

/// <summary>Sets the border of a tensor to zero; its memory held something else before.</summary>
internal sealed record BorderKernel(Place Out) : KernelSpec
{
    public override string Name => $"Border_{(Out.IsPlanar ? "Planar" : "")}{Out.Text}";

    public override string Summary => $"The border of {Numbers.Text(Out.Border)} around {Out.Shape} = 0.";

    public override Signature Signature => Of([Write("output"), .. new Strides("Out", Out).Parameters]);

    public override void Emit(SourceWriter writer)
    {
        var to = new Strides("Out", Out);
        to.Constants(writer);
        string border = Numbers.Text(Out.Border), side = Numbers.Text(Out.Border * Out.Pixel);
        writer.Blank();
        using (writer.Block($"public static void Run({Signature.Declared})"))
        {
            to.Locals(writer);
            using (writer.Block($"for (nuint block = 0; block < {Out.Blocks}; block++)"))
            {
                writer.Line($"ref float to = ref Add(ref output, block * {to.Block});");
                writer.Line($"MemoryMarshal.CreateSpan(ref to, {border} * (int){to.Row}).Clear();");
                using (writer.Block($"for (nuint row = {border}; row < {to.Height} + {border}; row++)"))
                {
                    writer.Line($"MemoryMarshal.CreateSpan(ref Add(ref to, row * {to.Row}), {side}).Clear();");
                    writer.Line($"MemoryMarshal.CreateSpan(ref Add(ref to, (row + 1) * {to.Row} - {side}), {side}).Clear();");
                }

                writer.Blank();
                writer.Line($"MemoryMarshal.CreateSpan(ref Add(ref to, ({to.Height} + {border}) * {to.Row}), {border} * "
                    + $"(int){to.Row}).Clear();");
            }
        }
    }
}
