using SeGen.Generator.Diagnostics;
using SeGen.Generator.Emit;
using SeGen.Generator.Model;
using SeGen.Generator.Rules;

namespace SeGen.Generator.Graphs;

/// <summary>
/// Adds operations and infers shapes. What does not fit is noted as a violation of the layer at hand and gives the value
/// <see cref="Nothing"/>, of which every operation makes nothing again: one mistake, one message.
/// </summary>
internal sealed class GraphBuilder
{
    /// <summary>The value of an operation that failed.</summary>
    public const int Nothing = -1;

    private readonly List<Tensor> _tensors = [];
    private readonly List<SizeRule> _sizes = [];
    private readonly List<Op> _ops = [];
    private readonly List<Violation> _violations = [];

    public GraphBuilder(int channels, int height, int width)
    {
        _sizes.Add(new SizeRule(SizeRule.One, null, height, width));
        _tensors.Add(new Tensor(channels, 0));
    }

    /// <summary>The attribute that is being read: its position among the class's.</summary>
    public int Layer { get; set; }

    /// <summary>What messages call a value: the layer that it comes from.</summary>
    public Func<int, string> NameOfLayer { get; set; } = static _ => "";

    public IReadOnlyList<Violation> Violations => _violations;

    public IReadOnlyList<Op> Ops => _ops;

    public Tensor this[int value] => _tensors[value];

    public Graph ToGraph(int output) => new(_tensors.ToEquatableArray(), _sizes.ToEquatableArray(), _ops.ToEquatableArray(), output);

    public SizeRule SizeOf(int value) => _tensors[value].IsVector ? SizeRule.OfVector : _sizes[_tensors[value].Size];

    public int Fail(string id, string argument, params string[] values)
    {
        _violations.Add((argument.Length == 0 ? Violation.OfAttribute(id, Layer, values) : Violation.OfArgument(id, argument, values)).At(Layer));
        return Nothing;
    }

    public void Note(IEnumerable<Violation> violations)
        => _violations.AddRange(violations.Select(v => v.At(Layer)));

    public int Conv(int x, Scope scope, string inside, int channels, Window window, int groups = 1, bool bias = false)
    {
        if (x == Nothing)
            return Nothing;

        int from = this[x].Channels;
        if (from % groups != 0 || channels % groups != 0)
            return Fail(DiagnosticIds.GroupsDoNotDivide, "Groups", Numbers.Text(groups), Numbers.Text(from), Numbers.Text(channels));

        int size = Slide(x, window);
        return size == int.MinValue
            ? Nothing
            : Add(new Tensor(channels, size), y => new ConvOp(x, y, Layer, scope, inside, from, channels, window, groups, bias));
    }

    public int BatchNorm(int x, Scope scope, string inside, double epsilon, double momentum, bool zeroInit = false) => x == Nothing
        ? Nothing
        : Add(this[x], y => new BatchNormOp(x, y, Layer, scope, inside, this[x].Channels, epsilon, momentum, zeroInit));

    public int Activate(int x, Activation function) => x == Nothing || function == Activation.Identity
        ? x
        : Add(this[x], y => new ActivationOp(x, y, Layer, function));

    public int Pool(int x, bool maximum, Window window)
    {
        if (x == Nothing)
            return Nothing;

        int size = Slide(x, window);
        return size == int.MinValue ? Nothing : Add(new Tensor(this[x].Channels, size), y => new PoolOp(x, y, Layer, maximum, window));
    }

    public int GlobalPool(int x) => x == Nothing || this[x].IsVector
        ? x
        : Add(new Tensor(this[x].Channels, SizeRule.One), y => new GlobalPoolOp(x, y, Layer));

    public int Gate(int x, Scope scope, string inside, GateSpec? gate)
    {
        if (x == Nothing || gate is null)
            return Nothing;

        int factors = Add(new Tensor(gate.Channels, SizeRule.One), y => new FactorsOp(x, y, Layer, scope, inside, gate));
        return Add(this[x], y => new GateOp(x, factors, y, Layer));
    }

    public int Sum(int a, int b)
    {
        if (a == Nothing || b == Nothing)
            return Nothing;

        if (this[a] != this[b])
            return Fail(DiagnosticIds.IdentityChangesShape, "", Describe(b), Describe(a));

        return Add(this[a], y => new AddOp(a, b, y, Layer));
    }

    public int Linear(int x, Scope scope, int features, bool bias)
    {
        if (x == Nothing)
            return Nothing;

        SizeRule size = SizeOf(x);
        if (!size.IsFixed)
            return Fail(DiagnosticIds.SizeNeeded, "");

        double length = (double)this[x].Channels * size.Pixels;
        if (length * features > GateRules.MaxLength)
            return Fail(DiagnosticIds.TooLarge, "Features", "The weights", Numbers.Grouped((long)(length * features)), Numbers.Grouped(GateRules.MaxLength));

        return Add(new Tensor(features, SizeRule.One), y => new LinearOp(x, y, Layer, scope, (int)length, features, bias));
    }

    public int Dropout(int x, double probability) => x == Nothing ? Nothing : Add(this[x], y => new DropoutOp(x, y, Layer, probability));

    /// <summary>The layer that a value comes from, for messages.</summary>
    public string Origin(int value) => _ops.LastOrDefault(o => o.Output == value) is { } op ? NameOfLayer(op.Layer) : "the input";

    /// <summary>"64 x 56 x 56", for messages.</summary>
    public string Describe(int value)
    {
        SizeRule size = SizeOf(value);
        return $"{Numbers.Text(this[value].Channels)} x {(size.IsFixed ? $"{Numbers.Text(size.Height)} x {Numbers.Text(size.Width)}" : "H x W")}";
    }

    /// <summary>The size after a window: one that is there already where the same comes of it, so that equal sizes are one.</summary>
    private int Slide(int x, Window window)
    {
        Tensor from = this[x];
        SizeRule size = SizeOf(x);
        (int height, int width) = size.IsFixed ? (window.Output(size.Height), window.Output(size.Width)) : (0, 0);
        if (size.IsFixed && (height < 1 || width < 1))
        {
            Fail(DiagnosticIds.EmptyMap, "", Numbers.Text(window.Extent), Numbers.Text(size.Height + 2 * window.Padding), Numbers.Text(size.Width + 2 * window.Padding));
            return int.MinValue;
        }

        if (from.IsVector)
            return height == 1 ? SizeRule.One : NewSize(SizeRule.One, window, height, width);

        if (window.Stride == 1 && window.Reach == -1)
            return from.Size;

        for (int i = 0; i < _sizes.Count; i++)
        {
            SizeRule other = _sizes[i];
            bool same = size.IsFixed
                ? other.Height == height && other.Width == width
                : other.From == from.Size && other.Window is { } w && w.Stride == window.Stride && w.Reach == window.Reach && !w.CeilMode && !window.CeilMode;
            if (same)
                return i;
        }

        return NewSize(from.Size, window, height, width);
    }

    private int NewSize(int from, Window window, int height, int width)
    {
        _sizes.Add(new SizeRule(from, window, height, width));
        return _sizes.Count - 1;
    }

    private int Add(Tensor tensor, Func<int, Op> create)
    {
        SizeRule size = tensor.IsVector ? SizeRule.OfVector : _sizes[tensor.Size];
        if (size.IsFixed && (double)tensor.Channels * size.Pixels > GateRules.MaxLength)
            return Fail(
                DiagnosticIds.TooLarge, "", "The output of this layer", Numbers.Grouped((long)tensor.Channels * size.Pixels), Numbers.Grouped(GateRules.MaxLength));

        _tensors.Add(tensor);
        _ops.Add(create(_tensors.Count - 1));
        return _tensors.Count - 1;
    }
}
