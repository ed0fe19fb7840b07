using System.Globalization;

namespace SeGen.Tests.Generator;

/// <summary>
/// A declaration of a network or block drawn without regard for what is right: layers in any order, values that are usual, odd or wrong.
/// Maps and channels are small, so that what is right is soon compiled.
/// </summary>
internal sealed class RandomNetwork
{
    private const string GateOnly = "SEBlock";

    private static readonly int[] Channels = [1, 3, 4, 8, 16, 17, 32];

    // What someone may try, or mistype.
    private static readonly string[] Odd = ["0", "-1", "-7", "1001", "65536", "int.MaxValue", "int.MinValue"];

    private static readonly string[] Names = [
        "\"a\"", "\"a\"", "\"b.c\"", "\"1\"", "\"\"", "null", "\"x.\"", "\"a\\nb\"", "\"\\\"\"", "\"\\u2028\"", "@\"a\\b\"", "\"<&>\"",
    ];

    private readonly Random _random;
    private readonly double _wrong;
    private readonly int _modules;

    /// <summary>Draws.</summary>
    /// <param name="random">Where from.</param>
    /// <param name="wrong">How probably a value is a wrong one.</param>
    /// <param name="modules">How many classes there are that a layer may name: M0, M1 and so on.</param>
    public RandomNetwork(Random random, double wrong, int modules) => (_random, _wrong, _modules) = (random, wrong, modules);

    /// <summary>The attributes of a class.</summary>
    public string Attributes()
    {
        List<string> attributes = _random.Next(6) switch
        {
            0 => [Residual(isRoot: true)],
            1 => [Inverted(isRoot: true)],
            _ => [
                Attribute("SENetwork", [Written("Channels", 0.98, Channel), .. Size(), .. Gate(0.1), .. Norm(0.05)]),
                .. Enumerable.Range(0, _random.Next(12) == 0 ? 0 : _random.Next(1, 6)).Select(_ => Layer()),
            ],
        };
        if (_random.Next(12) == 0)
            attributes.Insert(_random.Next(attributes.Count + 1), Attribute(GateOnly, Gate(0.3)));

        if (_random.Next(8) == 0)
        {
            string[] bounds = [Written("Parameters", 0.5, Bound), Written("MultiplyAdds", 0.3, Bound), Written("WorkspaceBytes", 0.3, Bound)];
            attributes.Add(Attribute("Budget", bounds));
        }

        return string.Join(", ", attributes);
    }

    private string Layer() => _random.Next(17) switch
    {
        0 or 1 or 2 => Attribute("Conv", [
            Value(Channel), Written("Kernel", 0.5, () => Among("1", "2", "3", "5")), Written("Stride", 0.3, Stride), Written("Padding", 0.3, Small),
            Written("Groups", 0.2, () => Among("1", "2", "4", "8")), Written("Dilation", 0.1, Stride), Written("Bias", 0.2, Flag), .. Name(),
        ]),
        3 => Attribute("BatchNorm", [.. Norm(0.2), .. Name()]),
        4 => Among("ReLU", "ReLU6", "SiLU", "HardSwish"),
        5 => Attribute("MaxPool", Pool()),
        6 => Attribute("AveragePool", Pool()),
        7 => "GlobalAveragePool",
        8 => Attribute("Linear", [Value(() => Among("1", "10", "17")), Written("Bias", 0.2, Flag), .. Name()]),
        9 => Attribute("Dropout", [Maybe(() => Among("0", "0.5"), "1", "-0.1", "double.NaN")]),
        10 or 11 => Attribute(GateOnly, [Written("Channels", 0.1, Channel), .. Gate(0.2), .. Name()]),
        12 or 13 => Residual(isRoot: false),
        14 or 15 => Inverted(isRoot: false),
        _ => $"Layer<{(Wrong ? Among("object", "string", "Missing") : $"M{_random.Next(_modules)}")}>",
    };

    private string Residual(bool isRoot) => Attribute("SEResidual", [
        Written("Channels", isRoot ? 0.95 : 0.5, Channel), Written("InChannels", isRoot ? 0.4 : 0.05, Channel), Written("Stride", 0.3, Stride),
        Written("Blocks", 0.2, () => Among("1", "2")), Enum<ResidualBody>("Body", 0.5), Written("Groups", 0.1, () => Among("1", "2", "4")),
        Written("BaseWidth", 0.1, () => Among("4", "64", "128")), Enum<SEPlacement>("Placement", 0.4), Enum<Shortcut>("Shortcut", 0.3),
        Written("ZeroInitLast", 0.1, Flag), .. Norm(0.1), .. Gate(0.15), .. Name(), .. isRoot ? Size() : Wrong ? Size() : [],
    ]);

    private string Inverted(bool isRoot) => Attribute("InvertedResidual", [
        Written("Channels", isRoot ? 0.95 : 0.5, Channel), Written("InChannels", isRoot ? 0.4 : 0.05, Channel), Written("Expand", 0.95, Channel),
        Written("Kernel", 0.3, () => Among("1", "3", "5")), Written("Stride", 0.3, Stride), Enum<Activation>("BlockActivation", 0.5),
        Written("Placement", 0.2, () => Among("SEPlacement.None", "SEPlacement.None", "SEPlacement.Pre")), .. Norm(0.1), .. Gate(0.15), .. Name(),
        .. isRoot ? Size() : [],
    ]);

    private string[] Gate(double chance) => [
        Written("Reduction", 0.7, () => Among("1", "2", "4")), Written("Hidden", chance, Channel), Enum<HiddenRule>("HiddenRule", chance),
        Written("Divisor", chance / 4, Small), Maybe(() => "", "RoundLimit = 2", "RoundLimit = double.NaN"), Enum<SEBias>("Bias", chance),
        Enum<Squeeze>("Squeeze", chance), Enum<Activation>("Activation", chance), Enum<Gate>("Gate", chance),
    ];

    private string[] Norm(double chance) => [
        _random.NextDouble() < chance ? $"Epsilon = {Maybe(() => Among("1e-3", "0"), "-1", "double.NaN", "double.PositiveInfinity")}" : "",
        _random.NextDouble() < chance ? $"Momentum = {Maybe(() => Among("0.01", "1"), "2", "double.NaN")}" : "",
    ];

    private string[] Pool() => [
        Value(() => Among("2", "3")), Written("Stride", 0.5, Stride), Written("Padding", 0.3, () => Among("0", "1")), Written("CeilMode", 0.3, Flag),
        .. Name(),
    ];

    private string[] Size() => _random.Next(3) == 0
        ? [Written("Height", Wrong ? 0 : 1, Side), Written("Width", 1, Side), Written("MaxBatch", 0.2, Small)]
        : [];

    private string[] Name() => _random.Next(6) == 0 ? [$"Name = {(Wrong ? Names[_random.Next(Names.Length)] : $"\"n{_random.Next(100)}\"")}"] : [];

    private bool Wrong => _random.NextDouble() < _wrong;

    private string Channel() => Number(Channels[_random.Next(Channels.Length)]);

    private string Side() => Number(_random.Next(1, 17));

    private string Stride() => Among("1", "2", "2", "3");

    private string Small() => Number(_random.Next(1, 4));

    private string Bound() => Among("100", "10000", "1000000000000");

    private string Flag() => Among("true", "false");

    private string Among(params string[] values) => values[_random.Next(values.Length)];

    private string Maybe(Func<string> right, params string[] wrong) => Wrong ? Among(wrong) : right();

    private string Value(Func<string> right) => Maybe(right, Odd);

    private string Written(string name, double chance, Func<string> right) => _random.NextDouble() < chance ? $"{name} = {Value(right)}" : "";

    private string Enum<T>(string name, double chance)
        where T : struct, Enum
        => _random.NextDouble() >= chance ? ""
        : $"{name} = ({typeof(T).Name}){(Wrong ? "99" : Number(_random.Next(System.Enum.GetValues<T>().Length)))}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    // Flags cannot be numbers: what would not compile is not asked of the generator.
    private static string Attribute(string name, string[] arguments)
    {
        string[] written = [.. arguments.Where(a => a.Length > 0 && !((a.StartsWith("Bias", StringComparison.Ordinal) && name is "Conv" or "Linear"
            || a.StartsWith("CeilMode", StringComparison.Ordinal) || a.StartsWith("ZeroInitLast", StringComparison.Ordinal))
            && !a.EndsWith("true", StringComparison.Ordinal) && !a.EndsWith("false", StringComparison.Ordinal)))];
        return written.Length == 0 ? name : $"{name}({string.Join(", ", written)})";
    }
}
