using SeGen.Generator.Model;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Layers.Conv;

/// <summary>How kernels of convolutions read their inputs.</summary>
internal static class ConvForms
{
    /// <summary>How a convolution's kernel reads its input: its form, and the blocks, planes or inputs that an output depends on.</summary>
    public static (ConvForm Form, int GroupInputs) Of(ConvOp conv, Place from)
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
