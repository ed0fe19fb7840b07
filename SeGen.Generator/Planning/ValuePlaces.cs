using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Model;

namespace SeGen.Generator.Planning;

/// <summary>Layouts of values.</summary>
internal static class ValuePlaces
{
    /// <summary>The layout of a value: in planes where only ungrouped convolutions read few channels; the border that its readers' padding needs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="readers">The steps that read the value.</param>
    /// <param name="value">The value.</param>
    public static Place Of(Graph graph, IReadOnlyList<Step> readers, int value)
    {
        Tensor tensor = graph.Tensors[value];
        SizeRule size = graph.SizeOf(tensor);
        int border = readers.OfType<ConvStep>().Where(s => s.X == value).Select(s => s.Conv.Window.Padding).DefaultIfEmpty(0).Max();
        bool planar = value == 0 && tensor.Channels < VectorWidth.MaxLanes && readers.All(r => r is ConvStep conv && conv.Conv.Groups == 1 && conv.Residual != value);
        return new Place(tensor.Channels, size.Height, size.Width, border, planar);
    }

    /// <summary>How a convolution's kernel reads its input: its form, and the blocks, planes or inputs that an output depends on.</summary>
    public static (ConvForm Form, int GroupInputs) FormOf(ConvOp conv, Place from)
    {
        int inputs = conv.GroupInputs, outputs = conv.Channels / conv.Groups;
        return conv.Groups == 1 || from.IsPlanar ? (ConvForm.Dense, from.Blocks)
            : inputs == 1 && outputs == 1 ? (ConvForm.Depthwise, 1)
            : inputs % VectorWidth.MaxLanes == 0 && outputs % VectorWidth.MaxLanes == 0 ? (ConvForm.Dense, inputs / VectorWidth.MaxLanes)
            : inputs == outputs && VectorWidth.MaxLanes % inputs == 0 ? (ConvForm.Grouped, inputs)
            : (ConvForm.Dense, from.Blocks);
    }

    /// <summary>What packing calls the order in which a kernel of a form reads its inputs.</summary>
    public static string LayoutOf(ConvForm form, bool isPlanar) => form != ConvForm.Dense ? "InGroup" : isPlanar ? "Planes" : "Blocks";
}
