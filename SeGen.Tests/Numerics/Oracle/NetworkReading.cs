namespace SeGen.Tests.Numerics.Oracle;

/// <summary>
/// A module read by reflection from its attributes and computed as semantics are written in the field, layer after layer: the judge of
/// everything from parser to kernel. What a value is, and how it is computed, the subclass says.
/// </summary>
/// <typeparam name="T">A value between layers.</typeparam>
/// <param name="module">The module, for its weights.</param>
internal abstract class NetworkReading<T>(IModule module)
{
    private static readonly string[] WidthByRule = ["Reduction", "HiddenRule", "Divisor", "RoundLimit"];
    private static readonly string[] GateSettings = ["Hidden", .. WidthByRule, "Bias", "Squeeze", "Activation", "Gate"];

    protected IModule Module => module;

    protected abstract int Channels(T x);

    protected abstract T Conv(T x, string name, int channels, int kernel, int stride, int padding, int dilation, int groups);

    protected abstract T Norm(T x, string name, double epsilon, double momentum);

    protected abstract T Activate(T x, Activation function);

    protected abstract T Pool(T x, bool maximum, int kernel, int stride, int padding, bool ceil);

    protected abstract T Mean(T x);

    protected abstract T Linear(T x, string name, int features);

    /// <summary>Nothing, in inference.</summary>
    protected virtual T Dropout(T x, double p) => x;

    protected abstract T Add(T a, T b);

    /// <summary>A gate whose parameters' names begin so.</summary>
    protected abstract T Gate(T x, string prefix, GateSettings settings);

    protected T Run(T x) => Read(module.GetType(), x, "");

    protected ReadOnlySpan<float> P(string name) => module.Parameters.TryGet(name, out Parameter? parameter) ? parameter.Values : default;

    private T Read(Type type, T x, string prefix)
    {
        Written[] attributes = Written.Of(type);
        if (attributes.FirstOrDefault(a => a.Kind == "SENetwork") is { } network)
        {
            Written[] layers = [.. attributes.Where(a => a.Kind != "SENetwork")];
            for (int i = 0; i < layers.Length; i++)
                x = Layer(layers, i, x, prefix + layers[i].Get("Name", i.ToString(System.Globalization.CultureInfo.InvariantCulture)), network);

            return x;
        }

        Written? gate = attributes.FirstOrDefault(a => a.Kind == "SEBlock");
        Written block = attributes.FirstOrDefault(a => a.Kind is "SEResidual" or "InvertedResidual") ?? gate!;
        block = block.Over(gate);
        return block.Kind switch
        {
            "SEResidual" => Residual(block, x, prefix, null),
            "InvertedResidual" => Inverted(block, x, prefix, null),
            _ => Gate(block, x, prefix, null, Channels(x)),
        };
    }

    private T Layer(Written[] layers, int index, T x, string path, Written network)
    {
        Written layer = layers[index];
        string prefix = path + ".";
        switch (layer.Kind)
        {
            case "Conv":
                int kernel = layer.Get("Kernel", 3);
                return Conv(x, path, layer.Get("Channels", 0), kernel, layer.Get("Stride", 1), layer.Get("Padding", (kernel - 1) / 2), layer.Get("Dilation", 1), layer.Get("Groups", 1));
            case "BatchNorm":
                return Norm(x, path, layer, network);
            case "ReLU" or "ReLU6" or "SiLU" or "HardSwish":
                return Activate(x, Enum.Parse<Activation>(layer.Kind));
            case "MaxPool" or "AveragePool":
                int side = layer.Get("Kernel", 0);
                return Pool(x, layer.Kind == "MaxPool", side, layer.Get("Stride", side), layer.Get("Padding", 0), layer.Get("CeilMode", false));
            case "GlobalAveragePool":
                return Mean(x);
            case "Linear":
                return Linear(x, path, layer.Get("Features", 0));
            case "Dropout":
                return Dropout(x, layer.Get("P", 0d));
            case "SEBlock":
                return Gate(layer, x, prefix, network, Channels(x));
            case "SEResidual":
                return Residual(layer, x, prefix, network);
            case "InvertedResidual":
                return Inverted(layer, x, prefix, network);
            case "Layer":
                return Read(layer.Nested!, x, prefix);
            default:
                throw new InvalidOperationException($"The oracle knows no {layer.Kind}.");
        }
    }

    private T Residual(Written block, T x, string prefix, Written? network)
    {
        int blocks = block.Get("Blocks", 1);
        for (int i = 0; i < blocks; i++)
            x = OneResidual(block, x, block.Has("Blocks") ? $"{prefix}{i}." : prefix, network, i == 0 ? block.Get("Stride", 1) : 1);

        return x;
    }

    private T OneResidual(Written block, T x, string prefix, Written? network, int stride)
    {
        var body = block.Get("Body", ResidualBody.Basic);
        var placement = block.Get("Placement", SEPlacement.Standard);
        var shortcut = block.Get("Shortcut", Shortcut.Auto);
        int channels = block.Get("Channels", Channels(x)), groups = block.Get("Groups", 1);
        string gate = body == ResidualBody.Conv ? prefix : $"{prefix}se.";
        T gated(SEPlacement at, T v, int rule = 0) => placement == at ? Gate(block, v, gate, network, rule > 0 ? rule : Channels(v)) : v;
        T step(T v, int n, int to, int kernel, int s, int g = 1) => Norm(Conv(v, $"{prefix}conv{n}", to, kernel, s, kernel / 2, 1, g), $"{prefix}bn{n}", block, network);
        T relu(T v) => Activate(v, Activation.ReLU);

        T y = gated(SEPlacement.Pre, x);
        switch (body)
        {
            case ResidualBody.Basic:
                y = step(gated(SEPlacement.InnerConv, relu(step(y, 1, channels, 3, stride))), 2, channels, 3, 1);
                break;
            case ResidualBody.Bottleneck or ResidualBody.BottleneckStrideIn1x1:
                int width = channels / 4 * block.Get("BaseWidth", 64) / 64 * groups;
                bool early = body == ResidualBody.BottleneckStrideIn1x1;
                y = relu(step(y, 1, width, 1, early ? stride : 1));
                y = gated(SEPlacement.InnerConv, relu(step(y, 2, width, 3, early ? 1 : stride, groups)));
                y = step(y, 3, channels, 1, 1);
                break;
            case ResidualBody.RegNetY:
                y = relu(step(relu(step(y, 1, channels, 1, 1)), 2, channels, 3, stride, groups));
                y = step(gated(SEPlacement.InnerConv, gated(SEPlacement.Standard, y, Channels(x))), 3, channels, 1, 1);
                break;
            case ResidualBody.Conv:
                y = Conv(y, $"{prefix}conv", channels, 3, stride, 1, 1, 1);
                break;
        }

        if (body != ResidualBody.RegNetY)
            y = gated(SEPlacement.Standard, y);

        if (shortcut != Shortcut.None)
        {
            bool projects = shortcut == Shortcut.Projection || (shortcut == Shortcut.Auto && (stride != 1 || Channels(x) != channels));
            T also = projects ? Norm(Conv(x, $"{prefix}downsample.0", channels, 1, stride, 0, 1, 1), $"{prefix}downsample.1", block, network) : x;
            y = Add(y, gated(SEPlacement.Identity, also));
        }

        return gated(SEPlacement.Post, body is ResidualBody.Conv or ResidualBody.Identity ? y : relu(y));
    }

    private T Inverted(Written block, T x, string prefix, Written? network)
    {
        int expand = block.Get("Expand", 0), channels = block.Get("Channels", Channels(x)), stride = block.Get("Stride", 1), kernel = block.Get("Kernel", 3);
        var activation = block.Get("BlockActivation", Activation.ReLU);
        T act(T v) => Activate(v, activation);
        T y = expand == Channels(x) ? x : act(Norm(Conv(x, $"{prefix}expand", expand, 1, 1, 0, 1, 1), $"{prefix}expand_bn", block, network));
        y = act(Norm(Conv(y, $"{prefix}depthwise", expand, kernel, stride, kernel / 2, 1, expand), $"{prefix}depthwise_bn", block, network));
        if (block.Get("Placement", SEPlacement.Standard) != SEPlacement.None)
            y = Gate(block, y, $"{prefix}se.", network, expand);

        y = Norm(Conv(y, $"{prefix}project", channels, 1, 1, 0, 1, 1), $"{prefix}project_bn", block, network);
        return stride == 1 && channels == Channels(x) ? Add(y, x) : y;
    }

    private T Gate(Written own, T x, string prefix, Written? network, int ruleChannels)
    {
        // Hidden and the rule that computes it are one setting: who writes one of them has said how wide.
        Written? defaults = own.Has("Hidden") ? network?.Except(WidthByRule) : WidthByRule.Any(own.Has) ? network?.Except("Hidden") : network;
        Written gate = own.Over(defaults, GateSettings);
        int hidden = Hidden(gate, ruleChannels);
        Assert.Equal([hidden, Channels(x)], module.Parameters[$"{prefix}fc1.weight"].Shape.ToArray());

        var settings = new GateSettings(
            Channels(x), hidden, gate.Get("Bias", SEBias.Both), gate.Get("Squeeze", Squeeze.Mean), gate.Get("Activation", Activation.ReLU), gate.Get("Gate", SeGen.Gate.Sigmoid));
        return Gate(x, prefix, settings);
    }

    private static int Hidden(Written gate, int channels)
    {
        if (gate.Has("Hidden"))
            return gate.Get("Hidden", 0);

        int reduction = gate.Get("Reduction", 16);
        double exact = (double)channels / reduction;
        switch (gate.Get("HiddenRule", HiddenRule.Floor))
        {
            case HiddenRule.AtLeastOne:
                return Math.Max(1, channels / reduction);
            case HiddenRule.HalfIfSmall:
                return channels > reduction ? channels / reduction : Math.Max(1, channels / 2);
            case HiddenRule.RoundHalfEven:
                return (int)Math.Round(exact, MidpointRounding.ToEven);
            case HiddenRule.MakeDivisible:
                int divisor = gate.Get("Divisor", 8);
                int near = Math.Max(divisor, (int)(exact + divisor / 2.0) / divisor * divisor);
                return near < gate.Get("RoundLimit", 0.9) * exact ? near + divisor : near;
            default:
                return channels / reduction;
        }
    }

    private T Norm(T x, string name, Written own, Written? network)
        => Norm(x, name, own.Get("Epsilon", network?.Get("Epsilon", 1e-5) ?? 1e-5), own.Get("Momentum", network?.Get("Momentum", 0.1) ?? 0.1));
}
