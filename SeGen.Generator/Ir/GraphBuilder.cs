using SeGen.Generator.Diagnostics;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Ir;

/// <summary>
/// Adds operations and infers shapes. What does not fit is noted as a violation of the layer at hand and gives the value
/// <see cref="Nothing"/>, of which every operation makes nothing again: one mistake, one message.
/// </summary>
internal sealed class GraphBuilder
{
    /// <summary>The value of an operation that failed.</summary>
    public const int Nothing = -1;

    /// <summary>The size of a window of which nothing is left.</summary>
    public const int NoSize = int.MinValue;

    private readonly List<Tensor> _tensors = [];
    /// <summary>More operations than any network has, and few enough that a plan of them takes seconds.</summary>
    public const int MaxOperations = 30_000;

    private readonly List<SizeRule> _sizes = [];

    // The layer whose window gave a size.
    private readonly List<int> _layerOfSize = [-1];
    private readonly List<Op> _ops = [];
    private readonly List<Violation> _violations = [];

    // Floats of all weights so far, packed into whole vectors.
    private double _weights;

    /// <summary>Floats of all values in whole vectors, with the borders that convolutions read: more than ever live at once.</summary>
    public double ValuesLength { get; set; }

    public GraphBuilder(int channels, int height, int width)
    {
        _sizes.Add(new SizeRule(SizeRule.One, null, height, width));
        _tensors.Add(new Tensor(channels, 0));
    }

    /// <summary>The attribute that is being read: its position among the class's.</summary>
    public int Layer { get; set; }

    /// <summary>Whether the layers of another class are read: its warnings are reported where it is declared.</summary>
    public bool IsNested { get; set; }

    /// <summary>Looked at with every operation.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>What is wrong with the modules that layers name, each looked into once.</summary>
    public Dictionary<NestedModule, Violation?> NestedFaults { get; set; } = new(ByReference<NestedModule>.Comparer);

    /// <summary>What decides the results of the layers so far beside their weights, a line for each.</summary>
    public List<string> Settings { get; } = [];

    /// <summary>What messages call a value: the layer that it comes from.</summary>
    public Func<int, string> NameOfLayer { get; set; } = static _ => "";

    public IReadOnlyList<Violation> Violations => _violations;

    public IReadOnlyList<Op> Ops => _ops;

    public Tensor this[int value] => _tensors[value];

    /// <summary>The graph, between what brings the caller's values in and out.</summary>
    public Graph ToGraph(int output, Op import, Op export)
        => new(_tensors.ToEquatableArray(), _sizes.ToEquatableArray(), _ops.ToEquatableArray(), output, import, export);

    public SizeRule SizeOf(int value) => _tensors[value].IsVector ? SizeRule.OfVector : _sizes[_tensors[value].Size];

    public int Fail(string id, string argument, params string[] values) => FailWith(id, argument, -1, values);

    /// <summary>The same, pointing to another layer that has a part in it.</summary>
    public int FailWith(string id, string argument, int other, params string[] values)
    {
        Note([(argument.Length == 0 ? Violation.OfAttribute(id, Layer, values) : Violation.OfArgument(id, argument, values)) with { Other = other }]);
        return Nothing;
    }

    public void Note(IEnumerable<Violation> violations)
        => _violations.AddRange(violations.Where(v => !IsNested || Descriptors.IsError(v.Id)).Select(v => v.At(Layer)));

    /// <summary>The layer that a value comes from, for messages.</summary>
    public string Origin(int value) => LayerOf(value) is >= 0 and int layer ? NameOfLayer(layer) : "the input";

    /// <summary>The attribute that a value comes from, or -1 for the input.</summary>
    public int LayerOf(int value) => _ops.LastOrDefault(o => o.Output == value)?.Layer ?? -1;

    /// <summary>"64 x 56 x 56", or "64 x (H + 1) / 2 x (W + 1) / 2", for messages.</summary>
    public string Describe(int value)
    {
        SizeRule size = SizeOf(value);
        (string height, string width) = size.IsFixed
            ? (Numbers.Text(size.Height), Numbers.Text(size.Width))
            : (Side(this[value].Size, "H"), Side(this[value].Size, "W"));
        return $"{Numbers.Text(this[value].Channels)} x {height} x {width}";
    }

    /// <summary>
    /// A side of a map whose size comes at run time, from the input's: all windows before it in one division, rounded down.
    /// </summary>
    private string Side(int size, string input)
    {
        var windows = new Stack<Window>();
        for (; _sizes[size].Window is { } window; size = _sizes[size].From)
            windows.Push(window);

        // floor((floor((H + a) / s) + b) / t) = floor((H + a + b s) / (s t)).
        long plus = 0, stride = 1;
        foreach (Window window in windows)
        {
            plus += stride * (window.Reach + window.Stride + (window.CeilMode ? window.Stride - 1 : 0));
            stride *= window.Stride;
        }

        string sum = plus == 0 ? input : $"{input} {(plus > 0 ? "+" : "-")} {Numbers.Text(Math.Abs(plus))}";
        return (plus == 0 ? sum : $"({sum})") + (stride == 1 ? "" : $" / {Numbers.Text(stride)}");
    }

    /// <summary>Counts weights; false and a violation where all together are too many.</summary>
    public bool Reserve(string argument, double weights)
    {
        _weights += weights;
        if (_weights <= GateRules.MaxLength)
            return true;

        TooLarge(argument, "The packed weights up to this layer", _weights);
        return false;
    }

    public int TooLarge(string argument, string what, double values)
        => Fail(DiagnosticIds.TooLarge, argument, what, Numbers.Grouped(values), Numbers.Grouped(GateRules.MaxLength));

    /// <summary>The size after a window: one that is there already where the same comes of it, so that equal sizes are one.</summary>
    public int Slide(int x, Window window)
    {
        Tensor from = this[x];
        SizeRule size = SizeOf(x);
        (int height, int width) = size.IsFixed ? (window.Output(size.Height), window.Output(size.Width)) : (0, 0);
        if (size.IsFixed && (height < 1 || width < 1))
        {
            FailEmpty(x, window, size);
            return NoSize;
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
                : other.From == from.Size && other.Window is { } w && w.Stride == window.Stride && w.Reach == window.Reach && !w.CeilMode
                    && !window.CeilMode;
            if (same)
                return i;
        }

        return NewSize(from.Size, window, height, width);
    }

    private int NewSize(int from, Window window, int height, int width)
    {
        _sizes.Add(new SizeRule(from, window, height, width));
        _layerOfSize.Add(Layer);
        return _sizes.Count - 1;
    }

    /// <summary>
    /// Nothing is left for a window. The fault is that of the layer before which has the largest stride where that passes over pixels that
    /// it never reads; else the window's own, and that layer is pointed to.
    /// </summary>
    private void FailEmpty(int x, Window window, SizeRule size)
    {
        int widest = -1;
        for (int i = this[x].IsVector ? SizeRule.One : this[x].Size; i > 0; i = _sizes[i].From)
        {
            if (_sizes[i].Window is { Stride: > 1 } before && (widest < 0 || before.Stride > _sizes[widest].Window!.Stride))
                widest = i;
        }

        long padding = 2L * window.Padding;
        string[] values =
        [
            Numbers.Text(window.Extent), Numbers.Text(size.Height + padding), Numbers.Text(size.Width + padding), NameOfLayer(Layer),
            widest < 0
                ? "pad it, or enlarge the input"
                : $"lower the stride of {Numbers.Text(_sizes[widest].Window!.Stride)} of {NameOfLayer(_layerOfSize[widest])}, which "
                    + $"leaves {Sides(widest)} of {Sides(_sizes[widest].From)}, pad it, or enlarge the input",
        ];
        int here = Layer;
        bool skips = widest >= 0 && _sizes[widest].Window!.Stride > _sizes[widest].Window!.Extent;
        if (skips)
            Layer = _layerOfSize[widest];

        FailWith(DiagnosticIds.EmptyMap, skips ? "Stride" : "", skips ? here : widest < 0 ? -1 : _layerOfSize[widest], values);
        Layer = here;
    }

    private string Sides(int size) => $"{Numbers.Text(_sizes[size].Height)} x {Numbers.Text(_sizes[size].Width)}";

    /// <summary>Adds an operation, and returns the value that it writes.</summary>
    public int Add(Tensor tensor, Func<int, Op> create)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (_ops.Count == MaxOperations)
            return Fail(DiagnosticIds.TooManyLayers, "", Numbers.Grouped(MaxOperations));

        SizeRule size = tensor.IsVector ? SizeRule.OfVector : _sizes[tensor.Size];
        double length = (double)VectorWidth.Pad((long)tensor.Channels) * size.Height * size.Width;
        if (size.IsFixed && length > GateRules.MaxLength)
            return TooLarge("", "The output of this layer, in whole vectors,", length);

        ValuesLength += length;

        _tensors.Add(tensor);
        _ops.Add(create(_tensors.Count - 1));
        return _tensors.Count - 1;
    }
}
