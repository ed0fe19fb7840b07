using SeGen.Generator.Diagnostics;
using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates;

/// <summary>The settings of a gate within a block or network: what the layer writes, over what is written around it.</summary>
internal static class GateReader
{
    private static readonly string[] WidthByRule = ["Reduction", "HiddenRule", "Divisor", "RoundLimit"];

    private static readonly string[] Settings = ["Hidden", .. WidthByRule, "Bias", "Squeeze", "Activation", "Gate"];

    /// <summary>Whether a layer writes anything about a gate.</summary>
    public static IEnumerable<string> Written(AttributeArguments arguments) => Settings.Where(arguments.IsWritten);

    /// <summary>Whether a layer writes anything about the hidden width.</summary>
    public static bool SaysWidth(AttributeArguments arguments) => arguments.IsWritten("Hidden") || WidthByRule.Any(arguments.IsWritten);

    /// <summary>
    /// A layer's arguments with the settings of the network where it is silent. Hidden and the rule that computes it are one setting:
    /// who writes one of them has said how wide.
    /// </summary>
    public static AttributeArguments Merge(AttributeArguments own, AttributeArguments defaults)
    {
        bool saysHow = own.IsWritten("Hidden");
        bool saysRule = WidthByRule.Any(own.IsWritten);
        return own.Over(defaults.Written.Where(
            d => Settings.Contains(d.Name) && !(saysHow && WidthByRule.Contains(d.Name)) && !(saysRule && d.Name == "Hidden")));
    }

    /// <summary>The gate on so many channels, or null where its hidden width is wrong.</summary>
    /// <param name="builder">Where violations go.</param>
    /// <param name="arguments">The merged settings.</param>
    /// <param name="channels">The channels that are gated.</param>
    /// <param name="ruleChannels">The channels from which the hidden width is computed.</param>
    public static GateSpec? Read(GraphBuilder builder, AttributeArguments arguments, int channels, int ruleChannels)
    {
        int hidden = GateRules.Hidden(arguments, ruleChannels);
        if (hidden == 0 && arguments.Enum<HiddenRule>("HiddenRule") != HiddenRule.FloorAllowZero)
        {
            builder.Fail(
                DiagnosticIds.HiddenIsZero, "Reduction", Numbers.Text(ruleChannels),
                Numbers.Text(arguments.Int("Reduction", GateDefaults.Reduction)));
            return null;
        }

        double weights = 2.0 * (hidden + 1.0) * (channels + 16.0);
        if (weights > GateRules.MaxLength)
        {
            builder.Fail(
                DiagnosticIds.TooLarge, "", "The packed weights", Numbers.Grouped((long)weights), Numbers.Grouped(GateRules.MaxLength));
            return null;
        }

        return new GateSpec(
            channels, hidden, arguments.Enum<SEBias>("Bias"), arguments.Enum<Squeeze>("Squeeze"), arguments.Enum<Activation>("Activation"),
            arguments.Enum<Gate>("Gate"));
    }
}
