using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs;

/// <summary>
/// The phrases of a kernel body that is the same at every width: of a vector type, or of plain floats where there is none.
/// </summary>
/// <param name="Width">The width; null for the scalar form.</param>
internal sealed record Lanes(VectorWidth? Width)
{
    public int Count => Width?.Lanes ?? 1;

    public string Text => Numbers.Text(Count);

    /// <summary>"512", or "Scalar": what a method of this width is called.</summary>
    public string Bits => Width?.Type.Substring("Vector".Length) ?? "Scalar";

    /// <summary>Behind an offset into a block of 16 channels, where a vector does not hold all of them.</summary>
    public string PlusLane => Count == VectorWidth.MaxLanes ? "" : " + lane";

    /// <summary>The loop over the vectors of a block, where there is more than one.</summary>
    public SourceWriter.Scope? EachOfBlock(SourceWriter writer)
        => Count == VectorWidth.MaxLanes ? null : writer.Block($"for (nuint lane = 0; lane < 16; lane += {Text})");

    /// <summary>The type of a value.</summary>
    public string Type => Width?.Floats ?? "float";

    public string Zero => Width is null ? "0f" : $"{Width.Floats}.Zero";

    public string Load(string from, string at = "0") => (Width, at) switch
    {
        (null, "0") => from,
        (null, _) => $"Add(ref {from}, {at})",
        (_, "0") => $"{Width.Type}.LoadUnsafe(ref {from})",
        _ => $"{Width.Type}.LoadUnsafe(ref {from}, {at})",
    };

    public string Store(string value, string to, string at = "0") => (Width, at) switch
    {
        (null, "0") => $"{to} = {value};",
        (null, _) => $"Add(ref {to}, {at}) = {value};",
        (_, "0") => $"{Grouped(value)}.StoreUnsafe(ref {to});",
        _ => $"{Grouped(value)}.StoreUnsafe(ref {to}, {at});",
    };

    /// <summary>The same value in all lanes.</summary>
    public string Create(string value) => Width is null ? value : $"{Width.Type}.Create({value})";

    public string MultiplyAdd(string a, string b, string sum)
        => Width is null ? $"{a} * {b} + {sum}" : $"{Width.Type}.{Width.FusedMultiplyAdd}({a}, {b}, {sum})";

    public string Equal(string a, string b) => Width is null ? $"{a} == {b}" : $"{Width.Type}.Equals({a}, {b})";

    public string Select(string condition, string a, string b)
        => Width is null ? $"({condition} ? {a} : {b})" : $"{Width.Type}.ConditionalSelect({condition}, {a}, {b})";

    private static string Grouped(string value) => value.All(c => char.IsLetterOrDigit(c)) ? value : $"({value})";
}
