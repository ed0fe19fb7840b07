using SeGen.Generator.Diagnostics;
using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Reading;

/// <summary>What the settings of a gate must be.</summary>
internal static class GateRules
{
    /// <summary>The longest array of .NET, less what aligning it costs.</summary>
    public const long MaxLength = 2_147_483_000;

    private const string AtLeastOne = "at least 1";

    private static readonly string[] AtLeastOneNames = ["Channels", "Reduction", "Hidden", "Divisor", "Height", "Width", "MaxBatch"];

    public static IEnumerable<Violation> Check(AttributeArguments gate, string typeName)
    {
        Violation[] values = [.. CheckChannels(gate, typeName), .. CheckValues(gate), .. NameRules.CheckName(gate)];
        foreach (Violation violation in values.Concat(CheckUnused(gate)).Concat(CheckSize(gate)).Concat(CheckSqueeze(gate)))
            yield return violation;

        // What follows computes with the values, which makes sense only where each is right by itself.
        if (values.Length > 0)
            yield break;

        foreach (Violation violation in CheckSizes(gate))
            yield return violation;
    }

    /// <summary>The hidden width that the arguments come to for so many channels.</summary>
    public static int Hidden(AttributeArguments gate, int channels) => gate.IsWritten("Hidden")
        ? gate.Int("Hidden", 0)
        : HiddenWidth.Of(
            gate.Enum<HiddenRule>("HiddenRule"), channels, gate.Int("Reduction", GateDefaults.Reduction),
            gate.Int("Divisor", GateDefaults.Divisor), gate.Number("RoundLimit", GateDefaults.RoundLimit));

    /// <summary>Channels is written, and once.</summary>
    public static IEnumerable<Violation> CheckChannels(AttributeArguments gate, string typeName) => gate.IsWritten("Channels")
        ? CheckChannelsAgree(gate)
        : [Violation.OfAttribute(DiagnosticIds.ChannelsMissing, 0, typeName)];

    /// <summary>Channels is not written with two values.</summary>
    public static IEnumerable<Violation> CheckChannelsAgree(AttributeArguments gate)
    {
        double[] channels = [.. gate.Written.Where(a => a.Name == "Channels").Select(a => a.Value!.Value)];
        if (channels.Distinct().Count() > 1)
            yield return Violation.OfArgument(
                DiagnosticIds.ChannelsDiffer, "Channels", Numbers.Text(channels[0]), Numbers.Text(channels[1]));
    }

    /// <summary>What is written is in its range.</summary>
    public static IEnumerable<Violation> CheckValues(AttributeArguments gate)
    {
        foreach (string name in AtLeastOneNames)
        {
            if (gate.IsWritten(name) && !(gate.Number(name, double.NaN) >= 1))
                yield return Violation.OfArgument(
                    DiagnosticIds.OutOfRange, name, name, Numbers.Text(gate.Number(name, double.NaN)), AtLeastOne);
        }

        if (gate.IsWritten("RoundLimit") && gate.Number("RoundLimit", double.NaN) is not (>= 0 and <= 1))
            yield return Violation.OfArgument(
                DiagnosticIds.OutOfRange, "RoundLimit", "RoundLimit", Numbers.Text(gate.Number("RoundLimit", double.NaN)), "from 0 to 1");

        foreach (Violation? violation in new[]
        {
            CheckEnum<HiddenRule>(gate, "HiddenRule"), CheckEnum<SEBias>(gate, "Bias"), CheckEnum<Squeeze>(gate, "Squeeze"),
            CheckEnum<Activation>(gate, "Activation"), CheckEnum<Gate>(gate, "Gate"), CheckEnum<Model.Emit>(gate, "Emit"),
        })
        {
            if (violation is not null)
                yield return violation;
        }
    }

    /// <summary>Height and Width come together.</summary>
    public static IEnumerable<Violation> CheckSize(AttributeArguments gate)
    {
        if (gate.IsWritten("Height") != gate.IsWritten("Width"))
        {
            (string written, string missing) = gate.IsWritten("Height") ? ("Height", "Width") : ("Width", "Height");
            yield return Violation.OfArgument(DiagnosticIds.SizeIncomplete, written, written, missing);
        }
    }

    /// <summary>A warning of the squeeze that saturates.</summary>
    public static IEnumerable<Violation> CheckSqueeze(AttributeArguments gate)
    {
        if (gate.Enum<Squeeze>("Squeeze") == Squeeze.SumOverHPlusW)
            yield return Violation.OfArgument(DiagnosticIds.PerimeterSqueeze, "Squeeze");
    }

    /// <summary>An enum has one of its values.</summary>
    public static Violation? CheckEnum<T>(AttributeArguments gate, string name)
        where T : struct, Enum
        => Enum.IsDefined(typeof(T), gate.Enum<T>(name))
            ? null
            : Violation.OfArgument(
                DiagnosticIds.UndefinedValue, name, name, Numbers.Text(gate.Int(name, 0)), string.Join(", ", Enum.GetNames(typeof(T))));

    /// <summary>What is written has an effect.</summary>
    public static IEnumerable<Violation> CheckUnused(AttributeArguments gate)
    {
        if (gate.IsWritten("Hidden"))
        {
            foreach (string name in new[] { "Reduction", "HiddenRule", "Divisor", "RoundLimit" }.Where(gate.IsWritten))
                yield return Violation.OfArgument(DiagnosticIds.NoEffect, name, name, "beside Hidden");
        }
        else if (gate.Enum<HiddenRule>("HiddenRule") != HiddenRule.MakeDivisible)
        {
            foreach (string name in new[] { "Divisor", "RoundLimit" }.Where(gate.IsWritten))
                yield return Violation.OfArgument(DiagnosticIds.NoEffect, name, name, "without HiddenRule.MakeDivisible");
        }
    }

    private static IEnumerable<Violation> CheckSizes(AttributeArguments gate)
    {
        int channels = gate.Int("Channels", 0), reduction = gate.Int("Reduction", GateDefaults.Reduction);
        var rule = gate.Enum<HiddenRule>("HiddenRule");
        int hidden = Hidden(gate, channels);
        if (hidden == 0 && rule != HiddenRule.FloorAllowZero)
            yield return gate.IsWritten("Reduction")
                ? Violation.OfArgument(DiagnosticIds.HiddenIsZero, "Reduction", Numbers.Text(channels), Numbers.Text(reduction))
                : Violation.OfAttribute(DiagnosticIds.HiddenIsZero, 0, Numbers.Text(channels), Numbers.Text(reduction));

        // Padded to whole vectors, and two matrices side by side.
        double weights = 2.0 * (hidden + 1.0) * (channels + 16.0);
        if (weights > MaxLength)
            yield return TooLarge("Channels", "The packed weights", weights);

        double image = (double)channels * Math.Max(1, gate.Int("Height", 1)) * Math.Max(1, gate.Int("Width", 1));
        double batch = image * gate.Int("MaxBatch", 1);
        if (batch > MaxLength)
            yield return TooLarge(image > MaxLength ? "Channels" : "MaxBatch", image > MaxLength ? "An image" : "MaxBatch images", batch);

        // What training needs for each image, and the sums of the weights' gradients behind them.
        double scratch = 8.0 * gate.Int("MaxBatch", 1) * ((double)channels + hidden + 32);
        if (batch <= MaxLength && weights <= MaxLength && scratch + weights > MaxLength)
            yield return TooLarge("MaxBatch", "The scratch of MaxBatch images", scratch + weights);
    }

    private static Violation TooLarge(string argument, string what, double values)
        => Violation.OfArgument(
            DiagnosticIds.TooLarge, argument, what, values.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
            Numbers.Grouped(MaxLength));
}
