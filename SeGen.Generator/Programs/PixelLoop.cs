using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs;

/// <summary>
/// Goes over the pixels of a block in several tensors of one size at once: in one loop where none of them has a border, else row by row.
/// </summary>
/// <param name="Tensors">For each: the name of its start, as the method calls it, and its place.</param>
internal sealed record PixelLoop(params (string Name, Place Place)[] Tensors)
{
    private Place First => Tensors[0].Place;

    private bool IsFlat => Tensors.All(t => t.Place.Border == 0);

    /// <summary>The size as a parameter, where it comes at run time.</summary>
    public KernelParameter? Size => First.IsFixed ? null : new("size", Access.Value, "MapSize");

    /// <summary>Strides as the class's constants.</summary>
    public void Constants(SourceWriter writer)
    {
        foreach ((string name, Place place) in Tensors)
            Of(name, place).Constants(writer);

        writer.Blank();
    }

    /// <summary>Locals for the strides, and a reference to the block of each tensor that the cut is about: "xBlock" for x.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="start">What a tensor's start is called, by its name.</param>
    public void Blocks(SourceWriter writer, Func<string, string> start)
    {
        foreach ((string name, Place place) in Tensors)
        {
            Strides strides = Of(name, place);
            strides.LocalsFrom(writer, "size");
            writer.Line($"ref float {name}Start = ref Add(ref {start(name)}, {strides.FirstPlus}(nuint)cut * {strides.Block});");
        }
    }

    /// <summary>The number of pixels as an expression.</summary>
    public string Pixels
        => First.IsFixed
            ? Numbers.Text(First.Height * First.Width)
            : $"{Of(Tensors[0].Name, First).Height} * {Of(Tensors[0].Name, First).Width}";

    /// <summary>The loop over the vectors of a pixel, and in it the body, which calls <see cref="Each"/>.</summary>
    public static void EachVector(SourceWriter writer, Lanes lanes, Action body)
    {
        using (writer.Block($"for (nuint lane = 0; lane < 16; lane += {lanes.Text})"))
            body();
    }

    /// <summary>The loop over the pixels.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="used">The tensors that the loop reads or writes.</param>
    /// <param name="unroll">Pixels of a round; what is left over is done one by one.</param>
    /// <param name="pixel">Writes what is done with one pixel: which of a round, and where it is behind a tensor's name.</param>
    public void Each(SourceWriter writer, IReadOnlyCollection<string> used, int unroll, Action<int, string> pixel)
    {
        (string Name, Place Place)[] tensors = [.. Tensors.Where(t => used.Contains(t.Name))];
        if (IsFlat)
        {
            foreach ((string name, _) in tensors)
                writer.Line($"ref float {name} = ref Add(ref {name}Start, lane);");

            if (First.IsFixed && First.Height * First.Width == 1)
            {
                pixel(0, "0");
                return;
            }

            Columns(writer, Pixels, First.IsFixed ? First.Height * First.Width : 0, unroll, pixel);
            return;
        }

        using (writer.Block($"for (nuint row = 0; row < {Of(Tensors[0].Name, First).Height}; row++)"))
        {
            foreach ((string name, Place place) in tensors)
                writer.Line($"ref float {name} = ref Add(ref {name}Start, row * {Of(name, place).Row} + lane);");

            Columns(writer, Of(Tensors[0].Name, First).Width, First.Width, unroll, pixel);
        }
    }

    private static void Columns(SourceWriter writer, string count, int known, int unroll, Action<int, string> pixel)
    {
        if (unroll == 1)
        {
            using (writer.Block($"for (nuint column = 0; column < {count}; column++)"))
                pixel(0, "column * 16");

            return;
        }

        writer.Line("nuint column = 0;");
        using (writer.Block($"for (; column + {unroll} <= {count}; column += {unroll})"))
        {
            for (int u = 0; u < unroll; u++)
                pixel(u, u == 0 ? "column * 16" : $"column * 16 + {Numbers.Text(16 * u)}");
        }

        if (known > 0 && known % unroll == 0)
            return;

        writer.Blank();
        using (writer.Block($"for (; column < {count}; column++)"))
            pixel(0, "column * 16");
    }

    private static Strides Of(string name, Place place) => new(char.ToUpperInvariant(name[0]) + name.Substring(1), place);
}
