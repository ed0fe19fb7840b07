using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs;

/// <summary>
/// Names of a tensor's strides within a kernel: constants of the class where the size is fixed; where it comes at run time, locals that
/// are worked out from a parameter.
/// </summary>
/// <param name="Name">"In", "Out" or "Add".</param>
/// <param name="Place">The tensor.</param>
internal sealed record Strides(string Name, Place Place)
{
    public string Height => Of("Height");

    public string Width => Of("Width");

    public string Row => Of("Row");

    public string Block => Of("Block");

    /// <summary>The first pixel: where the border ends.</summary>
    private string First => Place.Lattice is { } lattice
        ? Place.Border == 0 ? "0" : $"{Numbers.Text(Place.Border)} * ({Row} / {Numbers.Text(lattice.Step)} + {Numbers.Text(Place.Pixel)})"
        : Place.Border == 0 ? "0" : $"{Numbers.Text(Place.Border)} * ({Row} + {Numbers.Text(Place.Pixel)})";

    /// <summary>The first pixel, to be added to; "" where it is the first of all.</summary>
    public string FirstPlus => First == "0" ? "" : First + " + ";

    /// <summary>The size as parameters, where it comes at run time.</summary>
    public IEnumerable<KernelParameter> Parameters => Place.IsFixed ? []
        : Place.Lattice is null ? [Size(Lower("Size"))]
        : [Size(Lower("Size")), new("firstRow", Access.Value, "nuint"), new("firstColumn", Access.Value, "nuint")];

    private static KernelParameter Size(string name) => new(name, Access.Value, "MapSize");

    /// <summary>The class's constants.</summary>
    public void Constants(SourceWriter writer)
    {
        if (Place.IsFixed)
            writer.Line(
                $"private const nuint {Height} = {Place.Rows}, {Width} = {Place.Columns}, {Row} = "
                    + $"{Place.Row * (Place.Lattice?.Step ?? 1)}, {Block} = {Place.Block};");
    }

    /// <summary>The method's locals.</summary>
    public void Locals(SourceWriter writer) => LocalsFrom(writer, Lower("Size"));

    /// <summary>The method's locals, where another tensor has the same size.</summary>
    public void LocalsFrom(SourceWriter writer, string size)
    {
        if (Place.IsFixed)
            return;

        string border = Place.Border == 0 ? "" : $" + {Numbers.Text(2 * Place.Border)}";
        if (Place.Lattice is { } lattice)
        {
            string side(string of)
                => $"({size}.{of} + {Numbers.Text(lattice.Step - 1)} - first{(of == "Height" ? "Row" : "Column")}) / "
                    + $"{Numbers.Text(lattice.Step)}";
            writer.Line($"nuint {Height} = {side("Height")}, {Width} = {side("Width")};");
            writer.Line($"nuint {Row} = ({size}.Width{border}) * {Place.Step}, {Block} = ({size}.Height{border}) * "
                + $"({size}.Width{border}) * {Place.Pixel};");
            return;
        }

        writer.Line($"nuint {Height} = {size}.Height, {Width} = {size}.Width, {Row} = ({size}.Width{border}) * {Place.Pixel}, {Block} = "
            + $"({size}.Height{border}) * {Row};");
    }

    private string Of(string what) => Place.IsFixed ? Name + what : Lower(what);

    private string Lower(string what) => char.ToLowerInvariant(Name[0]) + Name.Substring(1) + what;
}
