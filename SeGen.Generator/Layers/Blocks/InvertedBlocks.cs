using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Norm;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;

namespace SeGen.Generator.Layers.Blocks;

/// <summary>What an InvertedResidual says, with its defaults filled in.</summary>
internal sealed record InvertedSettings(
    AttributeArguments Gate, int Channels, int Expand, int Kernel, int Stride, Activation Activation, bool HasGate, double Epsilon,
    double Momentum);

/// <summary>
/// The block of MobileNetV3 and EfficientNet: expand, depthwise, gate, project, and the input added where shapes allow it.
/// </summary>
internal static class InvertedBlocks
{
    public static int Add(GraphBuilder builder, int x, string path, InvertedSettings s)
    {
        if (x == GraphBuilder.Nothing)
            return x;

        int from = builder[x].Channels;
        bool expands = s.Expand != from;
        var scope = new Scope(path, -1, (expands, s.HasGate) switch
        {
            (true, true) => BlockKind.Inverted,
            (false, true) => BlockKind.InvertedWithoutExpansion,
            (true, false) => BlockKind.InvertedWithoutGate,
            _ => BlockKind.InvertedWithoutBoth,
        });

        int y = x;
        if (expands)
            y = builder.Activate(Convolved(builder, y, scope, s, "expand", s.Expand, new Window(1, 1, 0)), s.Activation);

        y = builder.Activate(
            Convolved(builder, y, scope, s, "depthwise", s.Expand, new Window(s.Kernel, s.Stride, (s.Kernel - 1) / 2), s.Expand),
            s.Activation);
        if (s.HasGate && y != GraphBuilder.Nothing)
            y = builder.Gate(y, scope, "se.", GateReader.Read(builder, s.Gate, s.Expand, s.Expand));

        y = Convolved(builder, y, scope, s, "project", s.Channels, new Window(1, 1, 0));
        return s.Stride == 1 && s.Channels == from ? builder.Sum(y, x) : y;
    }

    private static int Convolved(
        GraphBuilder builder, int x, Scope scope, InvertedSettings s, string inside, int channels, Window window, int groups = 1)
        => builder.BatchNorm(builder.Conv(x, scope, inside, channels, window, groups), scope, $"{inside}_bn", s.Epsilon, s.Momentum);
}
