using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Norm;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Blocks;

/// <summary>What an SEResidual says, with its defaults filled in.</summary>
internal sealed record ResidualSettings(
    AttributeArguments Gate, int Channels, int Stride, int Blocks, bool IsSequence, ResidualBody Body, int Groups, int BaseWidth,
    SEPlacement Placement,
    Shortcut Shortcut, double Epsilon, double Momentum, bool ZeroInitLast)
{
    /// <summary>
    /// Channels between the convolutions of a bottleneck: floor(planes * BaseWidth / 64) * Groups, a quarter of the channels being planes.
    /// </summary>
    public int Width => (int)Math.Min(int.MaxValue, (double)((long)(Channels / 4) * BaseWidth / 64) * Groups);

    public bool IsBottleneck => Body is ResidualBody.Bottleneck or ResidualBody.BottleneckStrideIn1x1;
}

/// <summary>A residual block: shortcut and branch, each with a gate where its placement says so, and their sum.</summary>
internal static class ResidualBlocks
{
    public static int Add(GraphBuilder builder, int x, string path, ResidualSettings settings)
    {
        if (x == GraphBuilder.Nothing || !Check(builder, builder[x].Channels, settings))
            return GraphBuilder.Nothing;

        for (int i = 0; i < settings.Blocks && x != GraphBuilder.Nothing; i++)
            x = Block(
                builder, x, new Scope(path, settings.IsSequence ? i : -1, Kind(settings.Body)),
                i == 0 ? settings : settings with { Stride = 1 });

        return x;
    }

    private static BlockKind Kind(ResidualBody body) => body switch
    {
        ResidualBody.RegNetY => BlockKind.RegNetY,
        ResidualBody.Conv => BlockKind.ConvGate,
        _ => BlockKind.Residual,
    };

    private static bool Check(GraphBuilder builder, int from, ResidualSettings s)
    {
        string body = s.Body.ToString();
        string? fault = null, argument = null;
        if (s.Body == ResidualBody.Basic && (s.Groups != 1 || s.BaseWidth != 64))
            (argument, fault) = (s.Groups != 1
                ? "Groups"
                : "BaseWidth",
                "a Basic block has ungrouped convolutions on all its channels; write Body = ResidualBody.Bottleneck, or leave it out");
        else if (s.Body is ResidualBody.RegNetY && s.BaseWidth != 64)
            (argument, fault) = ("BaseWidth", "only bottlenecks have one; leave it out");
        else if (s.Body is ResidualBody.Conv or ResidualBody.Identity && (s.Groups != 1 || s.BaseWidth != 64))
            (argument, fault) = (s.Groups != 1 ? "Groups" : "BaseWidth", $"ResidualBody.{body} has no such convolution; leave it out");
        else if (s.IsBottleneck && s.Channels % 4 != 0)
            (argument, fault) = ("Channels", "a bottleneck has a quarter of them as planes; write a multiple of 4");
        else if (s.IsBottleneck && s.Width < 1)
            (argument, fault) = ("BaseWidth", "the bottleneck would have no channels; raise it");
        else if (s.Body == ResidualBody.Identity && (s.Placement != SEPlacement.Standard || s.Shortcut == Shortcut.Projection))
            (argument, fault) = (s.Placement != SEPlacement.Standard
                ? "Placement"
                : "Shortcut", "an Identity block is its gate and the addition of its input; leave it out");
        else if (s.Body == ResidualBody.Identity && (s.Stride != 1 || s.Channels != from))
        {
            argument = s.Stride != 1 ? "Stride" : "Channels";
            fault = $"an Identity block keeps the shape of its input, {Numbers.Text(from)} channels; leave it out";
        }
        else if (s.Body == ResidualBody.Conv && s.Placement == SEPlacement.InnerConv)
            (argument, fault) = ("Placement", "a Conv block has one convolution; write Standard");
        else if (s.Body is ResidualBody.Conv or ResidualBody.Identity && s.ZeroInitLast)
            (argument, fault) = ("ZeroInitLast", $"ResidualBody.{body} has no batch norm; leave it out");
        else if (s.Placement == SEPlacement.Identity && s.Shortcut == Shortcut.None)
            (argument, fault) = ("Placement", "there is no shortcut to gate; choose another");

        if (fault is null)
            return true;

        builder.Fail(DiagnosticIds.NotPossible, argument!, argument!, fault);
        return false;
    }

    private static int Block(GraphBuilder builder, int x, Scope scope, ResidualSettings s)
    {
        int gated(SEPlacement at, int value, int ruleChannels = 0) => value == GraphBuilder.Nothing || s.Placement != at
            ? value
            : builder.Gate(
                value, scope, s.Body == ResidualBody.Conv ? "" : "se.",
                GateReader.Read(builder, s.Gate, builder[value].Channels, ruleChannels > 0 ? ruleChannels : builder[value].Channels));

        int branch = gated(SEPlacement.Pre, x);
        branch = s.Body switch
        {
            ResidualBody.Basic => Basic(builder, branch, scope, s, v => gated(SEPlacement.InnerConv, v)),
            ResidualBody.RegNetY => RegNetY(
                builder, branch, scope, s, v => gated(SEPlacement.InnerConv, gated(SEPlacement.Standard, v, builder[x].Channels))),
            ResidualBody.Conv => builder.Conv(branch, scope, "conv", s.Channels, new Window(3, s.Stride, 1), bias: true),
            ResidualBody.Identity => branch,
            _ => Bottleneck(builder, branch, scope, s, v => gated(SEPlacement.InnerConv, v)),
        };

        if (s.Body != ResidualBody.RegNetY)
            branch = gated(SEPlacement.Standard, branch);

        int sum = branch;
        if (s.Shortcut != Shortcut.None && branch != GraphBuilder.Nothing)
        {
            int shortcut = gated(SEPlacement.Identity, Project(builder, x, branch, scope, s));
            sum = builder.Sum(branch, shortcut);
        }

        bool activates = s.Body is not (ResidualBody.Conv or ResidualBody.Identity);
        return gated(SEPlacement.Post, activates ? builder.Activate(sum, Activation.ReLU) : sum);
    }

    private static int Project(GraphBuilder builder, int x, int branch, Scope scope, ResidualSettings s)
    {
        bool changes = s.Stride != 1 || builder[x].Channels != builder[branch].Channels;
        bool projects = s.Shortcut == Shortcut.Projection
            || (s.Shortcut == Shortcut.Auto && changes && s.Body is not (ResidualBody.Conv or ResidualBody.Identity));
        if (!projects)
            return x;

        int y = builder.Conv(x, scope, "downsample.0", s.Channels, new Window(1, s.Stride, 0));
        return builder.BatchNorm(y, scope, "downsample.1", s.Epsilon, s.Momentum);
    }

    private static int Basic(GraphBuilder builder, int x, Scope scope, ResidualSettings s, Func<int, int> inner)
    {
        int y = inner(Convolved(builder, x, scope, s, 1, s.Channels, new Window(3, s.Stride, 1), activates: true));
        return Convolved(builder, y, scope, s, 2, s.Channels, new Window(3, 1, 1), zeroInit: s.ZeroInitLast);
    }

    private static int Bottleneck(GraphBuilder builder, int x, Scope scope, ResidualSettings s, Func<int, int> inner)
    {
        bool early = s.Body == ResidualBody.BottleneckStrideIn1x1;
        int y = Convolved(builder, x, scope, s, 1, s.Width, new Window(1, early ? s.Stride : 1, 0), activates: true);
        y = inner(Convolved(builder, y, scope, s, 2, s.Width, new Window(3, early ? 1 : s.Stride, 1), s.Groups, activates: true));
        return Convolved(builder, y, scope, s, 3, s.Channels, new Window(1, 1, 0), zeroInit: s.ZeroInitLast);
    }

    private static int RegNetY(GraphBuilder builder, int x, Scope scope, ResidualSettings s, Func<int, int> gated)
    {
        int y = Convolved(builder, x, scope, s, 1, s.Channels, new Window(1, 1, 0), activates: true);
        y = gated(Convolved(builder, y, scope, s, 2, s.Channels, new Window(3, s.Stride, 1), s.Groups, activates: true));
        return Convolved(builder, y, scope, s, 3, s.Channels, new Window(1, 1, 0), zeroInit: s.ZeroInitLast);
    }

    /// <summary>A convolution, its batch norm and perhaps a relu: conv1, bn1.</summary>
    private static int Convolved(
        GraphBuilder builder, int x, Scope scope, ResidualSettings s, int number, int channels, Window window, int groups = 1,
        bool activates = false,
        bool zeroInit = false)
    {
        int y = builder.Conv(x, scope, $"conv{Numbers.Text(number)}", channels, window, groups);
        y = builder.BatchNorm(y, scope, $"bn{Numbers.Text(number)}", s.Epsilon, s.Momentum, zeroInit);
        return activates ? builder.Activate(y, Activation.ReLU) : y;
    }
}
