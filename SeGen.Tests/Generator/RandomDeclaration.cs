using System.Globalization;

namespace SeGen.Tests.Generator;

/// <summary>
/// A declaration drawn without regard for what is right, with what a reader of the documentation would expect of it: the oracle's
/// settings, or that it is wrong.
/// </summary>
/// <param name="Arguments">The attribute's arguments.</param>
/// <param name="Channels">Channels, or 0 where none are written.</param>
/// <param name="Hidden">The hidden width that the rules give.</param>
/// <param name="IsRight">Whether everything is in range.</param>
internal sealed record RandomDeclaration(
    string Arguments, bool IsRight, int Channels, int Hidden, SEBias Bias, Squeeze Squeeze, Activation Activation, Gate Gate, int Height, int Width, int MaxBatch)
{
    public static RandomDeclaration Draw(Random random)
    {
        var written = new List<string>();
        bool right = true;

        int Number(string name, int otherwise, double chance, int from, int to)
        {
            if (random.NextDouble() >= chance)
                return otherwise;

            int value = random.Next(12) == 0 ? random.Next(-3, 1) : random.Next(from, to);
            right &= value >= 1;
            written.Add(string.Create(CultureInfo.InvariantCulture, $"{name} = {value}"));
            return value;
        }

        T Value<T>(string name)
            where T : struct, Enum
        {
            if (random.Next(2) == 0)
                return default;

            int value = random.Next(25) == 0 ? 77 : random.Next(Enum.GetValues<T>().Length);
            right &= value != 77;
            written.Add($"{name} = ({typeof(T).Name}){value}");
            return (T)Enum.ToObject(typeof(T), value);
        }

        int channels = Number("Channels", 0, 0.97, 1, 70), reduction = Number("Reduction", 16, 0.5, 1, 20), hidden = Number("Hidden", 0, 0.4, 1, 20);
        bool explicitWidth = written.Any(w => w.StartsWith("Hidden ", StringComparison.Ordinal));
        int divisor = Number("Divisor", 8, 0.2, 1, 12);
        var rule = Value<HiddenRule>("HiddenRule");
        var bias = Value<SEBias>("Bias");
        var squeeze = Value<Squeeze>("Squeeze");
        var activation = Value<Activation>("Activation");
        var gate = Value<Gate>("Gate");
        int height = Number("Height", 0, 0.4, 1, 12);
        bool sized = written.Any(w => w.StartsWith("Height", StringComparison.Ordinal));
        int width = Number("Width", 0, sized ? 0.95 : 0.05, 1, 12);
        right &= sized == written.Any(w => w.StartsWith("Width", StringComparison.Ordinal));
        int maxBatch = Number("MaxBatch", 1, 0.4, 1, 4);

        right &= channels >= 1;
        if (right && !explicitWidth)
        {
            hidden = HiddenWidth(rule, channels, reduction, divisor);
            right &= hidden > 0 || rule == HiddenRule.FloorAllowZero;
        }

        return new RandomDeclaration(
            string.Join(", ", written), right, channels, hidden, bias, squeeze, activation, gate,
            sized ? height : random.Next(1, 12), sized ? width : random.Next(1, 12), maxBatch);
    }

    /// <summary>The rules as the documentation words them, written a second time.</summary>
    private static int HiddenWidth(HiddenRule rule, int channels, int reduction, int divisor)
    {
        double v = (double)channels / reduction;
        switch (rule)
        {
            case HiddenRule.AtLeastOne:
                return Math.Max(1, (int)v);
            case HiddenRule.HalfIfSmall:
                return channels > reduction ? (int)v : channels > 1 ? channels / 2 : 1;
            case HiddenRule.RoundHalfEven:
                return (int)Math.Round(v, MidpointRounding.ToEven);
            case HiddenRule.MakeDivisible:
                int n = Math.Max(divisor, (int)(v + divisor / 2) / divisor * divisor);
                return n < 0.9 * v ? n + divisor : n;
            default:
                return (int)v;
        }
    }
}
