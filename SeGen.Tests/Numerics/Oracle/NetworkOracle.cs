namespace SeGen.Tests.Numerics.Oracle;

/// <summary>
/// A module's inference for one image in double precision: its attributes read by reflection and computed as semantics are written in
/// the field, layer after layer, with the module's own weights. The judge of everything from parser to kernel.
/// </summary>
/// <param name="module">The module, for its weights.</param>
/// <param name="calibrate">
/// Whether every batch norm is given statistics that suit what it sees, so that the signal of a deep network with random weights does not
/// fade and the output says something about the input. Writes to the module's parameters.
/// </param>
internal sealed class NetworkOracle(IModule module, bool calibrate)
{
    private static readonly string[] WidthByRule = ["Reduction", "HiddenRule", "Divisor", "RoundLimit"];
    private static readonly string[] GateSettings = ["Hidden", .. WidthByRule, "Bias", "Squeeze", "Activation", "Gate"];

    private readonly Random _random = new(11);

    public double[] Run(ReadOnlySpan<float> image, int channels, int height, int width)
    {
        double[] values = new double[image.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = image[i];

        return Module(module.GetType(), new Map(values, channels, height, width), "").Values;
    }

    private Map Module(Type type, Map x, string prefix)
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
            _ => Gate(block, x, prefix, null, x.Channels),
        };
    }

    private Map Layer(Written[] layers, int index, Map x, string path, Written network)
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
                return x.Select(v => Textbook.Activate(Enum.Parse<Activation>(layer.Kind), v));
            case "MaxPool" or "AveragePool":
                int side = layer.Get("Kernel", 0);
                return Textbook.Pool(x, layer.Kind == "MaxPool", side, layer.Get("Stride", side), layer.Get("Padding", 0), layer.Get("CeilMode", false));
            case "GlobalAveragePool":
                return Textbook.Mean(x);
            case "Linear":
                return Textbook.Linear(x, P($"{path}.weight"), P($"{path}.bias"), layer.Get("Features", 0));
            case "Dropout":
                return x;
            case "SEBlock":
                return Gate(layer, x, prefix, network, x.Channels);
            case "SEResidual":
                return Residual(layer, x, prefix, network);
            case "InvertedResidual":
                return Inverted(layer, x, prefix, network);
            case "Layer":
                return Module(layer.Nested!, x, prefix);
            default:
                throw new InvalidOperationException($"The oracle knows no {layer.Kind}.");
        }
    }

    private Map Residual(Written block, Map x, string prefix, Written? network)
    {
        int blocks = block.Get("Blocks", 1);
        for (int i = 0; i < blocks; i++)
            x = OneResidual(block, x, block.Has("Blocks") ? $"{prefix}{i}." : prefix, network, i == 0 ? block.Get("Stride", 1) : 1);

        return x;
    }

    private Map OneResidual(Written block, Map x, string prefix, Written? network, int stride)
    {
        var body = block.Get("Body", ResidualBody.Basic);
        var placement = block.Get("Placement", SEPlacement.Standard);
        var shortcut = block.Get("Shortcut", Shortcut.Auto);
        int channels = block.Get("Channels", x.Channels), groups = block.Get("Groups", 1);
        string gate = body == ResidualBody.Conv ? prefix : $"{prefix}se.";
        Map gated(SEPlacement at, Map v, int rule = 0) => placement == at ? Gate(block, v, gate, network, rule > 0 ? rule : v.Channels) : v;
        Map step(Map v, int n, int to, int kernel, int s, int g = 1) => Norm(Conv(v, $"{prefix}conv{n}", to, kernel, s, kernel / 2, 1, g), $"{prefix}bn{n}", block, network);
        Map relu(Map v) => v.Select(w => Math.Max(0, w));

        Map y = gated(SEPlacement.Pre, x);
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
                y = step(gated(SEPlacement.InnerConv, gated(SEPlacement.Standard, y, x.Channels)), 3, channels, 1, 1);
                break;
            case ResidualBody.Conv:
                y = Conv(y, $"{prefix}conv", channels, 3, stride, 1, 1, 1);
                break;
        }

        if (body != ResidualBody.RegNetY)
            y = gated(SEPlacement.Standard, y);

        if (shortcut != Shortcut.None)
        {
            bool projects = shortcut == Shortcut.Projection || (shortcut == Shortcut.Auto && (stride != 1 || x.Channels != channels));
            Map also = projects ? Norm(Conv(x, $"{prefix}downsample.0", channels, 1, stride, 0, 1, 1), $"{prefix}downsample.1", block, network) : x;
            y = Textbook.Add(y, gated(SEPlacement.Identity, also));
        }

        return gated(SEPlacement.Post, body is ResidualBody.Conv or ResidualBody.Identity ? y : relu(y));
    }

    private Map Inverted(Written block, Map x, string prefix, Written? network)
    {
        int expand = block.Get("Expand", 0), channels = block.Get("Channels", x.Channels), stride = block.Get("Stride", 1), kernel = block.Get("Kernel", 3);
        var activation = block.Get("BlockActivation", Activation.ReLU);
        Map act(Map v) => v.Select(w => Textbook.Activate(activation, w));
        Map y = expand == x.Channels ? x : act(Norm(Conv(x, $"{prefix}expand", expand, 1, 1, 0, 1, 1), $"{prefix}expand_bn", block, network));
        y = act(Norm(Conv(y, $"{prefix}depthwise", expand, kernel, stride, kernel / 2, 1, expand), $"{prefix}depthwise_bn", block, network));
        if (block.Get("Placement", SEPlacement.Standard) != SEPlacement.None)
            y = Gate(block, y, $"{prefix}se.", network, expand);

        y = Norm(Conv(y, $"{prefix}project", channels, 1, 1, 0, 1, 1), $"{prefix}project_bn", block, network);
        return stride == 1 && channels == x.Channels ? Textbook.Add(y, x) : y;
    }

    private Map Gate(Written own, Map x, string prefix, Written? network, int ruleChannels)
    {
        // Hidden and the rule that computes it are one setting: who writes one of them has said how wide.
        Written? defaults = own.Has("Hidden") ? network?.Except(WidthByRule) : WidthByRule.Any(own.Has) ? network?.Except("Hidden") : network;
        Written gate = own.Over(defaults, GateSettings);
        int hidden = Hidden(gate, ruleChannels);
        Assert.Equal([hidden, x.Channels], module.Parameters[$"{prefix}fc1.weight"].Shape.ToArray());

        var settings = new GateSettings(
            x.Channels, hidden, gate.Get("Bias", SEBias.Both), gate.Get("Squeeze", Squeeze.Mean), gate.Get("Activation", Activation.ReLU), gate.Get("Gate", SeGen.Gate.Sigmoid));
        var oracle = new GateOracle(settings, name => [.. P(prefix + name).ToArray().Select(v => (double)v)]);
        double[] factors = oracle.Factors(x.Values, x.Height, x.Width);
        return x.Select((v, c) => v * factors[c]);
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

    private Map Conv(Map x, string name, int channels, int kernel, int stride, int padding, int dilation, int groups)
        => Textbook.Conv(x, P($"{name}.weight"), P($"{name}.bias"), channels, kernel, stride, padding, dilation, groups);

    private Map Norm(Map x, string name, Written own, Written? network)
    {
        if (calibrate)
            Calibrate(x, name);

        return Textbook.BatchNorm(
            x, P($"{name}.weight"), P($"{name}.bias"), P($"{name}.running_mean"), P($"{name}.running_var"), own.Get("Epsilon", network?.Get("Epsilon", 1e-5) ?? 1e-5));
    }

    /// <summary>
    /// Random parameters, with the variance of the whole layer: a channel's own, over the few pixels of a small map, would blow up the
    /// rounding of what came before.
    /// </summary>
    private void Calibrate(Map x, string name)
    {
        double square = Math.Max(x.Values.Average(v => v * v), 1e-6), root = Math.Sqrt(square);
        Span<float> weight = module.Parameters[$"{name}.weight"].Write(), bias = module.Parameters[$"{name}.bias"].Write();
        Span<float> mean = module.Parameters[$"{name}.running_mean"].Write(), variance = module.Parameters[$"{name}.running_var"].Write();
        for (int c = 0; c < x.Channels; c++)
        {
            weight[c] = 0.5f + _random.NextSingle();
            bias[c] = 0.6f * _random.NextSingle() - 0.3f;
            mean[c] = (float)(root * (0.6 * _random.NextDouble() - 0.3));
            variance[c] = (float)(square * (0.5 + _random.NextDouble()));
        }
    }

    private ReadOnlySpan<float> P(string name) => module.Parameters.TryGet(name, out Parameter? parameter) ? parameter.Values : default;
}
