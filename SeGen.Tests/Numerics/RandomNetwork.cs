using System.Globalization;
using System.Text;

namespace SeGen.Tests.Numerics;

/// <summary>A random right network: its attributes, and a size to run it at.</summary>
internal sealed class RandomNetwork
{
    private readonly Random _random;
    private readonly StringBuilder _text = new();
    private int _channels, _height, _width;
    private bool _isVector;

    private RandomNetwork(Random random, int maxSide)
    {
        _random = random;
        InputChannels = _channels = Pick(1, 3, 5, 16, 17, 32);
        (InputHeight, InputWidth) = (_height, _width) = (random.Next(5, maxSide), random.Next(5, maxSide));
        MaxBatch = random.Next(1, 4);
        bool isFixed = random.Next(3) > 0;
        string size = isFixed ? $", Height = {_height}, Width = {_width}" : "";
        Append($"[SENetwork({_channels}{size}, MaxBatch = {MaxBatch}, HiddenRule = HiddenRule.AtLeastOne, Reduction = {random.Next(2, 8)}, Bias = SEBias.{PickEnum<SEBias>()})]");
        int layers = random.Next(2, 6);
        for (int i = 0; i < layers; i++)
            Layer(isFixed);

        if (random.Next(2) == 0)
        {
            Append("[GlobalAveragePool]");
            (_isVector, _height, _width) = (true, 1, 1);
            AfterVector();
        }

        if ((isFixed || _isVector) && random.Next(2) == 0)
        {
            _channels = random.Next(1, 40);
            Append($"[Linear({_channels}, Bias = {(random.Next(2) == 0 ? "true" : "false")}){(random.Next(2) == 0 ? ", SiLU" : "")}]");
            (_height, _width) = (1, 1);
            AfterVector();
        }
    }

    public string Attributes => _text.ToString();

    /// <summary>The same without training.</summary>
    public string InferenceOnly => Attributes.Replace("MaxBatch =", "InferenceOnly = true, MaxBatch =", StringComparison.Ordinal);

    public int InputChannels { get; }

    public int InputHeight { get; }

    public int InputWidth { get; }

    public int MaxBatch { get; }

    public int OutputLength => _channels * _height * _width;

    /// <summary>Pixels of the smallest map that a batch norm sees.</summary>
    public int SmallestMap { get; private set; } = int.MaxValue;

    public static RandomNetwork Draw(Random random, int maxSide = 20) => new(random, maxSide);

    private void Layer(bool isFixed)
    {
        switch (_random.Next(9))
        {
            case 0 or 1:
                Conv();
                break;
            case 2:
                Normalised();
                Append($"[BatchNorm]{(_random.Next(2) == 0 ? "[ReLU6]" : "")}");
                break;
            case 3:
                Append($"[{Pick("ReLU", "ReLU6", "SiLU", "HardSwish")}, Dropout(0.3)]");
                break;
            case 4:
                Pool();
                break;
            case 5:
                Append($"[SEBlock(Squeeze = Squeeze.{Pick("Mean", "Max", "MeanMaxAverage")}, Activation = Activation.{PickEnum<Activation>()}, Gate = Gate.{PickEnum<Gate>()})]");
                break;
            case 6 or 7:
                Residual();
                break;
            default:
                Inverted();
                break;
        }
    }

    /// <summary>Convolutions with padding can come after one pixel too.</summary>
    private void AfterVector()
    {
        if (_random.Next(3) > 0)
            return;

        _channels = _random.Next(1, 40);
        Append($"[Conv({_channels}, Kernel = {Pick(1, 3)}, Bias = true){(_random.Next(2) == 0 ? ", HardSwish" : "")}]");
    }

    private void Conv()
    {
        int kernel = Pick(1, 2, 3, 3, 5), stride = _random.Next(1, 4), dilation = _random.Next(1, 3), padding = _random.Next(0, kernel + 1);
        int extent = dilation * (kernel - 1) + 1;
        if (_height + 2 * padding < extent || _width + 2 * padding < extent)
            (dilation, padding, extent) = (1, kernel, kernel);

        int[] divisors = [.. Enumerable.Range(1, _channels).Where(g => _channels % g == 0)];
        int groups = _random.Next(2) == 0 ? 1 : divisors[_random.Next(divisors.Length)];
        int to = groups * _random.Next(1, Math.Max(2, 40 / groups));
        if (groups > 1 && _random.Next(2) == 0)
            to = _channels;

        Append($"[Conv({to}, Kernel = {kernel}, Stride = {stride}, Padding = {padding}, Dilation = {dilation}, Groups = {groups})]");
        _channels = to;
        (_height, _width) = ((_height + 2 * padding - extent) / stride + 1, (_width + 2 * padding - extent) / stride + 1);
        if (_random.Next(2) == 0)
        {
            Normalised();
            Append("[BatchNorm]");
        }

        if (_random.Next(2) == 0)
            Append($"[{Pick("ReLU", "ReLU6", "SiLU", "HardSwish")}]");
    }

    private void Pool()
    {
        int kernel = _random.Next(1, Math.Min(4, Math.Min(_height, _width) + 1)), stride = _random.Next(1, 4), padding = _random.Next(0, kernel / 2 + 1);
        bool ceil = _random.Next(2) == 0;
        Append($"[{Pick("MaxPool", "AveragePool")}({kernel}, Stride = {stride}, Padding = {padding}, CeilMode = {(ceil ? "true" : "false")})]");
        (_height, _width) = (Side(_height), Side(_width));

        int Side(int side)
        {
            int output = (side + 2 * padding - kernel + (ceil ? stride - 1 : 0)) / stride + 1;
            return ceil && (output - 1) * stride >= side + padding ? output - 1 : output;
        }
    }

    private void Residual()
    {
        ResidualBody body = PickEnum<ResidualBody>();
        int stride = _random.Next(1, 4), to = 4 * _random.Next(1, 9), groups = 1;
        if (body is ResidualBody.Conv or ResidualBody.Identity)
            (stride, to) = (1, _channels);

        string more = "";
        if (body is ResidualBody.Bottleneck or ResidualBody.BottleneckStrideIn1x1)
        {
            groups = Pick(1, 2, 4, 8);
            to = 8 * _random.Next(1, 9);

            // As wide as the planes, or so many times wider.
            more = $", Groups = {groups}" + (to / 4 >= groups ? $", BaseWidth = {64 / groups}" : "");
        }
        else if (body == ResidualBody.RegNetY)
        {
            groups = Pick(1, 2, 4);
            more = $", Groups = {groups}";
        }

        SEPlacement placement = body switch
        {
            ResidualBody.Identity => SEPlacement.Standard,
            ResidualBody.Conv => Pick(SEPlacement.Standard, SEPlacement.Pre, SEPlacement.Post, SEPlacement.Identity, SEPlacement.None),
            _ => PickEnum<SEPlacement>(),
        };
        Shortcut shortcut = placement == SEPlacement.Identity || body == ResidualBody.Identity || _random.Next(3) > 0 ? Shortcut.Auto
            : body == ResidualBody.Conv ? Shortcut.None : Pick(Shortcut.None, Shortcut.Projection);
        if (_random.Next(2) == 0)
            more += $", Blocks = {_random.Next(1, 3)}";

        Append($"[SEResidual({to}, Stride = {stride}, Body = ResidualBody.{body}, Placement = SEPlacement.{placement}, Shortcut = Shortcut.{shortcut}{more})]");
        _channels = to;
        (_height, _width) = ((_height - 1) / stride + 1, (_width - 1) / stride + 1);
        Normalised();
    }

    private void Inverted()
    {
        int stride = _random.Next(1, 3), to = _random.Next(2) == 0 ? _channels : _random.Next(1, 40), kernel = Pick(1, 3, 5);
        int expand = _random.Next(3) == 0 ? _channels : _random.Next(1, 60);
        Append($"[InvertedResidual({to}, Expand = {expand}, Kernel = {kernel}, Stride = {stride}, BlockActivation = Activation.{PickEnum<Activation>()}, Placement = SEPlacement.{Pick("Standard", "None")})]");
        _channels = to;
        (_height, _width) = ((_height - 1) / stride + 1, (_width - 1) / stride + 1);
        Normalised();
    }

    private void Normalised() => SmallestMap = Math.Min(SmallestMap, _height * _width);

    private void Append(FormattableString text) => _text.Append(text.ToString(CultureInfo.InvariantCulture)).Append(' ');

    private void Append(string text) => _text.Append(text).Append(' ');

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    private T PickEnum<T>()
        where T : struct, Enum
        => Pick(Enum.GetValues<T>());
}
