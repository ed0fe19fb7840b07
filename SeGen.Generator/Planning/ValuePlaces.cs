using SeGen.Generator.Ir;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning;

/// <summary>Layouts of values.</summary>
internal static class ValuePlaces
{
    /// <summary>
    /// The layout of a value: in planes where only ungrouped convolutions read few channels; the border that its readers' padding needs.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="readers">The steps that read the value.</param>
    /// <param name="value">The value.</param>
    public static Place Of(Graph graph, IReadOnlyList<Step> readers, int value)
    {
        Tensor tensor = graph.Tensors[value];
        SizeRule size = graph.SizeOf(tensor);
        int border = readers.Select(s => s.BorderOf(value)).DefaultIfEmpty(0).Max();
        bool planar = value == 0 && tensor.Channels < VectorWidth.MaxLanes && readers.All(r => r.ReadsPlanes(value));
        return new Place(tensor.Channels, size.Height, size.Width, border, planar);
    }
}
